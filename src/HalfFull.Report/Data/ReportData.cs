using System.Text.Json.Serialization;
using HalfFull.Metrics;

namespace HalfFull.Report.Data;

/// <summary>Everything that a report page shows. It holds no wall-clock figure, so that the same command gives the same page.</summary>
public sealed record ReportData
{
    /// <summary>Name and version of the schema.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema { get; } = "halffull.report/1";

    /// <summary>What the page answers, one sentence.</summary>
    public required string Question { get; init; }

    /// <summary>The command line that made it.</summary>
    public required string Command { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>Seeds that were run, in order.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>The traces; one unless documents of several were given.</summary>
    public required IReadOnlyList<TraceIdentity> Traces { get; init; }

    /// <summary>Lines about fleet and step times.</summary>
    public required IReadOnlyList<string> Setting { get; init; }

    /// <summary>The bounds that goodput counts, as text; null when there are none or they are not known.</summary>
    public required string? Slo { get; init; }

    /// <summary>The comparisons, one for each arrival rate, in the order run.</summary>
    public required IReadOnlyList<PointData> Points { get; init; }

    /// <summary>Parts that the page cannot show, each with how to get it, by the name of the part.</summary>
    public IReadOnlyDictionary<string, string> Absent { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
