namespace HalfFull.Report.Data;

/// <summary>One replica over time.</summary>
/// <param name="Kv">Share of its KV cache in use, mean of each bucket.</param>
/// <param name="Waiting">Waiting requests, mean of each bucket.</param>
/// <param name="MostWaiting">Most requests that waited at a time in each bucket.</param>
/// <param name="Running">Running requests, mean of each bucket.</param>
public sealed record ReplicaSeriesData(IReadOnlyList<double> Kv, IReadOnlyList<double> Waiting, IReadOnlyList<int> MostWaiting, IReadOnlyList<double> Running);
