using HalfFull.Engine.Schedulers.Parts;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// What <see cref="Larry.Ordering.Promised"/> promises: after how much work a waiting request is due, and goes before all that are not. Work is counted in seconds of the replica, by the cost
/// that each request has on arrival, and as done when it is admitted (or gives up). A request that finds <c>Q</c> seconds waiting is due after <c>Q + max(slack, slack-queue * Q) + slack-own * cost</c>.
/// It is then served at most one more spread of slacks, one cost and one step's admissions later, whatever the estimates are worth: docs/larry.md has the proof.
/// </summary>
internal sealed class LarryPromises(Larry.Options options)
{
    private readonly PerSlot<Promise> promises = new();
    private double arrived;

    /// <summary>Work admitted or given up so far, seconds.</summary>
    internal double Done { get; private set; }

    /// <summary>The value of <see cref="Done"/> at which a sequence is due; for one that is about to join, the one that it will get.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="cost">Its cost now, which counts only if it has no promise yet.</param>
    internal double DueOf(int slot, double cost)
    {
        var promise = promises[slot];
        return promise.IsMade ? promise.Due : Due(cost);
    }

    /// <summary>The cost that a sequence had on arrival; for tests.</summary>
    internal double CostOf(Sequence sequence) => promises[sequence.Slot].Cost;

    /// <summary>A sequence joined the queue for the first time.</summary>
    internal void Arrived(Sequence sequence, double cost)
    {
        promises[sequence.Slot] = new Promise { IsMade = true, Due = Due(cost), Cost = cost };
        arrived += cost;
    }

    /// <summary>A sequence was admitted; only the first time counts.</summary>
    internal void Admitted(Sequence sequence)
    {
        ref var promise = ref promises[sequence.Slot];
        if (!promise.IsKept)
        {
            promise.IsKept = true;
            Done += promise.Cost;
        }
    }

    /// <summary>A sequence left for good.</summary>
    internal void Left(Sequence sequence)
    {
        Admitted(sequence);
        promises.Clear(sequence);
    }

    private double Due(double cost)
    {
        var waiting = Math.Max(0, arrived - Done);
        return arrived + Math.Max(options.Slack, options.SlackQueue * waiting) + (options.SlackOwn * cost);
    }

    private struct Promise
    {
        internal bool IsMade;
        internal bool IsKept;
        internal double Due;
        internal double Cost;
    }
}
