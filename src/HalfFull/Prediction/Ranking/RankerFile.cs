using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace HalfFull.Prediction.Ranking;

/// <summary>
/// A ranker on disk: a first line with version and checksum, then a JSON document. A file that is damaged, of another version or trained on other features is refused.
/// </summary>
public static class RankerFile
{
    private const string Schema = "halffull.ranker/";
    private const string Version = "1";
    private const int MostBytes = 16 << 20;
    private static readonly JsonWriterOptions Layout = new() { Indented = true, NewLine = "\n" };

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="trained">The ranker with its figures.</param>
    /// <param name="trace">Name of the log that it was trained on.</param>
    /// <param name="seed">Seed of the training.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, TrainedRanker trained, string trace, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(trained);
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content, Layout))
        {
            WriteDocument(json, trained, trace, seed);
        }

        content.WriteByte((byte)'\n');
        var body = content.ToArray();
        using var file = new AtomicFile(path);
        file.Stream.Write(Encoding.ASCII.GetBytes($"{Schema}{Version} sha256 {Convert.ToHexStringLower(SHA256.HashData(body))}\n"));
        file.Stream.Write(body);
        file.Commit();
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no ranker that this version can use; the message says why and what to do.</exception>
    public static Ranker Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no ranker '{path}'; train one with halffull train-ranker --out {path}.", path);
        }

        var bytes = ReadBytes(path);
        var end = Array.IndexOf(bytes, (byte)'\n', 0, Math.Min(bytes.Length, 200));
        var head = end < 0 ? [] : Encoding.ASCII.GetString(bytes, 0, end).Split(' ');
        if (head is not [_, "sha256", _] || !head[0].StartsWith(Schema, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"'{path}' is no ranker; halffull train-ranker writes one.");
        }

        if (!string.Equals(head[0][Schema.Length..], Version, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"Ranker '{path}' is of version {head[0][Schema.Length..]}, but this program reads version {Version}; train it again with halffull train-ranker.");
        }

        var body = bytes.AsSpan(end + 1);
        if (!string.Equals(head[2], Convert.ToHexStringLower(SHA256.HashData(body)), StringComparison.Ordinal))
        {
            throw new InvalidDataException($"Ranker '{path}' is damaged: its checksum does not fit; train it again with halffull train-ranker.");
        }

        try
        {
            using var document = JsonDocument.Parse(bytes.AsMemory(end + 1));
            return ReadDocument(path, document.RootElement);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"Ranker '{path}' has a checksum that fits, but cannot be used: {error.Message.TrimEnd('.')}; train it again with halffull train-ranker.", error);
        }
    }

    private static byte[] ReadBytes(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length > MostBytes)
        {
            throw new InvalidDataException($"'{path}' is no ranker: it is larger than {MostBytes >> 20} MB.");
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static void WriteDocument(Utf8JsonWriter json, TrainedRanker trained, string trace, ulong seed)
    {
        json.WriteStartObject();
        json.WriteString("features", RankerFeatures.Name);
        json.WriteString("trace", trace);
        json.WriteNumber("seed", seed);
        json.WriteNumber("trainedOn", trained.TrainedOn);
        json.WriteNumber("judgedOn", trained.JudgedOn);
        json.WriteNumber("kendallTau", trained.KendallTau);
        json.WriteNumber("meanAbsoluteErrorTokens", trained.MeanAbsoluteErrorTokens);
        WriteNumbers(json, "scores", trained.Ranker.Scores);
        WriteNumbers(json, "tokens", trained.Ranker.Tokens);
        WriteNumbers(json, "weights", trained.Ranker.Weights);
        json.WriteEndObject();
    }

    private static Ranker ReadDocument(string path, JsonElement root)
    {
        var features = root.GetProperty("features").GetString();
        return string.Equals(features, RankerFeatures.Name, StringComparison.Ordinal)
            ? new Ranker(ReadNumbers(root, "weights"), ReadNumbers(root, "scores"), ReadNumbers(root, "tokens"))
            : throw new InvalidDataException($"Ranker '{path}' was trained on the features '{features}', but this program has '{RankerFeatures.Name}'; train it again with halffull train-ranker.");
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<double> numbers)
    {
        var bytes = new byte[numbers.Length * sizeof(double)];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), numbers[i]);
        }

        json.WriteBase64String(name, bytes);
    }

    private static double[] ReadNumbers(JsonElement root, string name)
    {
        var bytes = root.GetProperty(name).GetBytesFromBase64();
        var numbers = new double[bytes.Length / sizeof(double)];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)));
        }

        return numbers;
    }
}
