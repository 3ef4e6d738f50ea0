namespace HalfFull.Report.Data;

/// <summary>Lives of requests that one replica got one after another.</summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Replica">Index of the replica.</param>
/// <param name="Around">Id of the request with the run's worst slowdown, which is among them; null when none completed.</param>
/// <param name="Rows">The requests, in the order in which the replica got them.</param>
public sealed record TimelineData(long Seed, int Replica, long? Around, IReadOnlyList<LifeData> Rows);
