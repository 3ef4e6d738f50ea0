namespace HalfFull.Metrics;

/// <summary>
/// Five figures of a distribution; quantiles are by nearest rank. All are 0 when there is no sample: the number of completed requests
/// next to them says whether they mean anything.
/// </summary>
/// <param name="Mean">Arithmetic mean.</param>
/// <param name="P50">Median.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Max">Largest.</param>
public sealed record Distribution(double Mean, double P50, double P90, double P99, double Max);
