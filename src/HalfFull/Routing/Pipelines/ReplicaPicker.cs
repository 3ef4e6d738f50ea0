namespace HalfFull.Routing.Pipelines;

/// <summary>How a <see cref="WeightedPipeline"/> picks among the scored.</summary>
public enum ReplicaPicker
{
    /// <summary>The highest score; ties by hash.</summary>
    MaxScore,

    /// <summary>At random in proportion to the score (Efraimidis and Spirakis, 2006).</summary>
    WeightedRandom,
}
