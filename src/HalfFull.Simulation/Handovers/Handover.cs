using HalfFull.Engine;

namespace HalfFull.Simulation.Handovers;

/// <summary>A request between the replica that prefilled it and the one that decodes it.</summary>
/// <param name="sequence">Its progress.</param>
/// <param name="source">Number of the replica that prefilled it.</param>
/// <param name="kept">Its KV there.</param>
/// <param name="since">When it left its source's steps.</param>
internal sealed class Handover(Sequence sequence, int source, KvHold kept, TimeSpan since)
{
    /// <summary>Its progress.</summary>
    internal Sequence Sequence => sequence;

    /// <summary>Number of the replica that prefilled it.</summary>
    internal int Source => source;

    /// <summary>When it left its source's steps.</summary>
    internal TimeSpan Since => since;

    /// <summary>Its KV at the source; null once that is gone: it must be prefilled again, or it decodes.</summary>
    internal KvHold? Kept { get; set; } = kept;

    /// <summary>Number of the replica chosen to decode it; -1 before.</summary>
    internal int Target { get; set; } = -1;

    /// <summary>Its room at the target; null before the copy starts.</summary>
    internal KvHold? Room { get; set; }

    /// <summary>When the copy started.</summary>
    internal TimeSpan CopyStart { get; set; }

    /// <summary>Tokens whose KV is copied.</summary>
    internal int Tokens => sequence.KnownTokens - 1;
}
