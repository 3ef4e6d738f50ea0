namespace HalfFull.Engine.Victims;

/// <summary>The victim rules by name: one option type for every scheduler that preempts.</summary>
public enum VictimChoice
{
    /// <summary>The newest admitted.</summary>
    Newest,

    /// <summary>The one that arrived last.</summary>
    LatestArrival,

    /// <summary>The one with fewest output tokens.</summary>
    FewestOutputs,

    /// <summary>The one with least to compute again.</summary>
    LeastRecompute,

    /// <summary>The least urgent.</summary>
    LowestPriority,
}
