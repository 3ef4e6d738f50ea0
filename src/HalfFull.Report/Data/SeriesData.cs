namespace HalfFull.Report.Data;

/// <summary>Replicas over time, in equal buckets from time zero on.</summary>
/// <param name="BucketSeconds">Width of a bucket.</param>
/// <param name="FleetReplicas">Replicas of the fleet; series may be of the first ones only.</param>
/// <param name="Replicas">One for each replica shown.</param>
public sealed record SeriesData(double BucketSeconds, int FleetReplicas, IReadOnlyList<ReplicaSeriesData> Replicas);
