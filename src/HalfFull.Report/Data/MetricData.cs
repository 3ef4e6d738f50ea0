namespace HalfFull.Report.Data;

/// <summary>What combinations are ranked by.</summary>
/// <param name="Title">Its name in a sentence.</param>
/// <param name="HigherIsBetter">Whether more is better.</param>
/// <param name="Unit"><c>s</c>, <c>/s</c>, <c>%</c> (of a share) or empty.</param>
public sealed record MetricData(string Title, bool HigherIsBetter, string Unit);
