namespace HalfFull.Simulation.Recording;

/// <summary>What a request does during a span of its life.</summary>
public enum RequestPhase
{
    /// <summary>In the queue, never scheduled yet.</summary>
    Waiting,

    /// <summary>One chunk of its prompt, or of what a preemption lost, is computed.</summary>
    Prefill,

    /// <summary>It emits a token in every step.</summary>
    Decode,

    /// <summary>It holds KV, but the steps go without it.</summary>
    Paused,

    /// <summary>It lost its KV and waits to run again.</summary>
    Preempted,
}
