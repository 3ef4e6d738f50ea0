namespace HalfFull.Report.Data;

/// <summary>One combination.</summary>
public sealed record RowData
{
    /// <summary>Its name, such as <c>larry + sal</c>, unique among the rows.</summary>
    public required string Name { get; init; }

    /// <summary>Engine policy.</summary>
    public required string Engine { get; init; }

    /// <summary>Router.</summary>
    public required string Router { get; init; }

    /// <summary>Fleet.</summary>
    public required string Fleet { get; init; }

    /// <summary>What it is ranked by, mean over seeds.</summary>
    public required double? Value { get; init; }

    /// <summary>Its value over that of the first; null for the first itself and where it is not known.</summary>
    public ChangeData? Change { get; init; }

    /// <summary>Its figures, mean over seeds.</summary>
    public required FigureSet Figures { get; init; }

    /// <summary>Decision hashes, one for each seed; empty where decisions were real.</summary>
    public IReadOnlyList<string> DecisionHashes { get; init; } = [];

    /// <summary>Why the first request that fits no replica was refused.</summary>
    public string? Refusal { get; init; }

    /// <summary>Distributions of TTFT, TPOT and E2E, all seeds together; null where they are not known.</summary>
    public CurveSet? Curves { get; init; }

    /// <summary>Figures by prompt length and tenant, all seeds together.</summary>
    public IReadOnlyList<ClassData> Classes { get; init; } = [];

    /// <summary>The worst slowdowns of all seeds, worst first.</summary>
    public IReadOnlyList<SlowRequest> Worst { get; init; } = [];

    /// <summary>KV and queues over time of the first seed.</summary>
    public SeriesData? Series { get; init; }

    /// <summary>Lives of requests on one replica, of the first seed.</summary>
    public TimelineData? Timeline { get; init; }
}
