namespace HalfFull.Report.Data;

/// <summary>Combinations on the same traffic.</summary>
public sealed record PointData
{
    /// <summary>The traffic in words.</summary>
    public required string Traffic { get; init; }

    /// <summary>The answer in one sentence.</summary>
    public required string Answer { get; init; }

    /// <summary>Arrival rate, requests per second, mean over seeds; null when unknown or when all arrive at once.</summary>
    public required double? RequestsPerSecond { get; init; }

    /// <summary>By how much the trace's rate was multiplied, mean over seeds.</summary>
    public required double? RateScale { get; init; }

    /// <summary>Arrival rate over the capacity of the first fleet, mean over seeds; null when it was not measured.</summary>
    public required double? Load { get; init; }

    /// <summary>What the combinations are ranked by.</summary>
    public required MetricData Metric { get; init; }

    /// <summary>The combinations in the order given; the first is what the others are compared with.</summary>
    public required IReadOnlyList<RowData> Rows { get; init; }

    /// <summary>Indices of <see cref="Rows"/>, best first.</summary>
    public required IReadOnlyList<int> Ranking { get; init; }
}
