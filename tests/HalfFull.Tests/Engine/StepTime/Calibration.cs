using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using HalfFull.Engine.StepTime;

namespace HalfFull.Tests.Engine.StepTime;

/// <summary>The shared calibration as tests read it: directly from its own files, not through the code under test.</summary>
internal static class Calibration
{
    public const string Models = "calibration/step-models.json";
    public const string Samples = "calibration/held-in-samples.csv.gz";

    public static readonly OverheadProfile NoOverhead = new("none", 0, 0, "kernel time only");

    public static JsonElement Read()
    {
        using var stream = File.OpenRead(SharedData.PathOf(Models));
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }

    /// <summary>Rows of the measured samples as column-to-text maps.</summary>
    public static IEnumerable<Dictionary<string, string>> ReadSamples()
    {
        using var file = File.OpenRead(SharedData.PathOf(Samples));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        var columns = reader.ReadLine()!.Split(',');
        while (reader.ReadLine() is { } line)
        {
            yield return columns.Zip(line.Split(',')).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        }
    }

    public static int Whole(this Dictionary<string, string> row, string column) =>
        int.Parse(row[column], CultureInfo.InvariantCulture);

    public static double Number(this Dictionary<string, string> row, string column) =>
        double.Parse(row[column], CultureInfo.InvariantCulture);
}
