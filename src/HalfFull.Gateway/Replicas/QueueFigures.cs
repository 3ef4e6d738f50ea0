using HalfFull.Scheduling;

namespace HalfFull.Gateway.Replicas;

/// <summary>What the queue counts of itself. Written under the lock of <see cref="ReplicaPool"/>.</summary>
public sealed class QueueFigures
{
    private static readonly double[] WaitBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
    private static readonly TimeSpan WaitTolerance = TimeSpan.FromSeconds(0.1); // a step, and the way to the replica and back
    private readonly long[] waits = new long[WaitBounds.Length + 1];
    private readonly long[] held = new long[Enum.GetValues<HeldReason>().Length];

    /// <summary>Upper bounds of the buckets of waits, seconds.</summary>
    public static ReadOnlySpan<double> Bounds => WaitBounds;

    /// <summary>Requests sent by how long they had waited; the last bucket is above all bounds.</summary>
    public ReadOnlySpan<long> Waits => waits;

    /// <summary>Sum of those waits, seconds.</summary>
    public double WaitSum { get; private set; }

    /// <summary>Requests that passed one that had waited longer by more than the policy's bound allows: never, unless there is a fault.</summary>
    public long OvertakingViolations { get; private set; }

    /// <summary>Requests that waited longer than their bound: the fleet was slower than the rate for which it is stated.</summary>
    public long WaitViolations { get; private set; }

    /// <summary>Requests that waited and were refused in place of more urgent newcomers.</summary>
    public long Displaced { get; private set; }

    /// <summary>Requests that could not go at once, by what held the first in order then.</summary>
    public long Held(HeldReason reason) => held[(int)reason];

    internal void CountDisplaced() => Displaced++;

    internal void CountHeld(HeldReason reason) => held[(int)reason]++;

    internal void CountRelease(in FrontDecision decision)
    {
        var seconds = decision.Waited.TotalSeconds;
        var bucket = 0;
        while (bucket < WaitBounds.Length && seconds > WaitBounds[bucket])
        {
            bucket++;
        }

        waits[bucket]++;
        WaitSum += seconds;
        OvertakingViolations += decision.BreaksBound ? 1 : 0;
        WaitViolations += decision.Waited > decision.WaitBound + WaitTolerance ? 1 : 0;
    }
}
