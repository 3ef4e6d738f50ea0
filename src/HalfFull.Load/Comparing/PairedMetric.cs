using HalfFull.Metrics;

namespace HalfFull.Load.Comparing;

/// <summary>A latency that two servers are compared by.</summary>
/// <param name="Name">Its name in documents.</param>
/// <param name="Metric">Which latency.</param>
/// <param name="Statistic">Its mean or a quantile.</param>
public sealed record PairedMetric(string Name, RequestMetric Metric, Statistic Statistic)
{
    /// <summary>Those that a comparison reports; the first two decide when it has seen enough.</summary>
    public static IReadOnlyList<PairedMetric> All { get; } =
    [
        new("ttftP50", RequestMetric.Ttft, Statistic.AtQuantile(0.5)),
        new("e2eMean", RequestMetric.E2E, Statistic.Mean),
        new("ttftMean", RequestMetric.Ttft, Statistic.Mean),
        new("ttftP99", RequestMetric.Ttft, Statistic.AtQuantile(0.99)),
        new("tpotP50", RequestMetric.Tpot, Statistic.AtQuantile(0.5)),
        new("tpotP99", RequestMetric.Tpot, Statistic.AtQuantile(0.99)),
        new("e2eP99", RequestMetric.E2E, Statistic.AtQuantile(0.99)),
    ];
}
