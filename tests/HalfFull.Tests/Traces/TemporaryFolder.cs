using System.IO.Compression;
using System.Text;

namespace HalfFull.Tests.Traces;

/// <summary>A folder of files that lives as long as a test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("halffull-").FullName;

    public string PathOf(string name) => Path.Combine(folder, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    public string WriteGzip(string name, string text)
    {
        File.WriteAllBytes(PathOf(name), Gzip(text));
        return PathOf(name);
    }

    public IEnumerable<string> Files() => Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static byte[] Gzip(string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }
}
