using HalfFull.Engine;

namespace HalfFull.Simulation.Migration;

/// <summary>One sequence on its way to another replica.</summary>
/// <param name="sequence">The sequence.</param>
/// <param name="source">Where from.</param>
/// <param name="target">Where to.</param>
internal sealed class LiveMigration(Sequence sequence, int source, int target)
{
    private readonly int preemptions = sequence.Preemptions;

    internal Sequence Sequence => sequence;

    internal int Source => source;

    internal int Target => target;

    internal MigrationPhase Phase { get; set; }

    /// <summary>When the next thing happens to it.</summary>
    internal TimeSpan Time { get; set; }

    /// <summary>Room for it at the target.</summary>
    internal KvHold? Room { get; set; }

    /// <summary>Stages begun.</summary>
    internal int Stage { get; set; }

    /// <summary>Tokens whose KV has arrived once the copy under way has.</summary>
    internal int Tokens { get; set; }

    /// <summary>When it was stopped.</summary>
    internal TimeSpan StoppedAt { get; set; }

    /// <summary>Whether it still runs at the source with the KV that is being copied.</summary>
    internal bool IsRunning => sequence.State == SequenceState.Running && sequence.Preemptions == preemptions && !sequence.Aborting;
}
