using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Lengths;

namespace HalfFull.Simulation.Workloads;

/// <summary>What to change in a trace or preset before it is played.</summary>
public sealed record WorkloadOptions
{
    /// <summary>Limit given to requests without their own, unless a trace holds longer outputs.</summary>
    public const int DefaultMaxOutputTokens = 4096;

    /// <summary>Seed of everything that is drawn.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Take at most this many requests; null takes all of a file, or a preset's default number.</summary>
    public long? Limit { get; init; }

    /// <summary>Mean arrival rate to reach by scaling, in requests per second; null keeps the source's. Not together with <see cref="RateScale"/>.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Divide inter-arrival times by this; lengths stay. Not together with <see cref="RequestsPerSecond"/>.</summary>
    public double? RateScale { get; init; }

    /// <summary>
    /// Limit for requests that have none of their own. Null means <see cref="DefaultMaxOutputTokens"/>, raised to the power of two
    /// that holds the longest output; a given limit is taken as it is and cuts longer outputs.
    /// </summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Draw arrivals from these gaps instead, at the source's (scaled) mean rate; null keeps the source's arrivals.</summary>
    public IGapDistribution? Arrivals { get; init; }

    /// <summary>Draw prompt lengths from this instead; prefix hashes are dropped. Null keeps the source's.</summary>
    public ILengthDistribution? PromptTokens { get; init; }

    /// <summary>Draw output lengths from this instead; null keeps the source's.</summary>
    public ILengthDistribution? OutputTokens { get; init; }
}
