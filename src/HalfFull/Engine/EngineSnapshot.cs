namespace HalfFull.Engine;

/// <summary>What a scheduler sees; valid for one call.</summary>
public readonly ref struct EngineSnapshot
{
    /// <summary>Time at which the step starts.</summary>
    public required TimeSpan Now { get; init; }

    /// <summary>The waiting queue, enumerated lazily in the scheduler's own order. They hold no KV.</summary>
    public required WaitingView Waiting { get; init; }

    /// <summary>Admitted sequences in admission order. One preempted in this plan stays here, no longer <see cref="SequenceState.Running"/>.</summary>
    public required ReadOnlySpan<Sequence> Running { get; init; }

    /// <summary>Rates measured on line.</summary>
    public required EngineRates Rates { get; init; }

    /// <summary>The engine's limits.</summary>
    public required EngineLimits Limits { get; init; }
}
