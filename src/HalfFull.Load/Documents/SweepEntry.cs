namespace HalfFull.Load.Documents;

/// <summary>A search for the highest rate in a <see cref="BenchDocument"/>; its trials are the document's runs, in order.</summary>
/// <param name="Slo">The objective.</param>
/// <param name="Attainment">Share of requests that must meet it.</param>
/// <param name="HighestRequestsPerSecond">Highest rate that held; null when none did.</param>
/// <param name="LowestFailedRequestsPerSecond">Lowest rate that failed; null when none did.</param>
/// <param name="Holds">The verdict of each trial, in the order of the runs.</param>
public sealed record SweepEntry(
    string Slo, double Attainment, double? HighestRequestsPerSecond, double? LowestFailedRequestsPerSecond, IReadOnlyList<bool> Holds);
