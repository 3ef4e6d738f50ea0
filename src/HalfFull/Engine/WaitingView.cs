using System.Runtime.InteropServices;
using HalfFull.Queueing;

namespace HalfFull.Engine;

/// <summary>A scheduler's view of the waiting queue at one time.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct WaitingView
{
    private readonly WaitingQueue<Sequence> queue;
    private readonly TimeSpan now;

    internal WaitingView(WaitingQueue<Sequence> queue, TimeSpan now)
    {
        this.queue = queue;
        this.now = now;
    }

    /// <summary>Sequences waiting, those admitted by the plan in the making included.</summary>
    public int Count => queue.Count;

    /// <summary>Enumerates lazily in the scheduler's order, as it stands now. One enumeration at a time.</summary>
    public WaitingQueue<Sequence>.Enumerator GetEnumerator() => queue.InOrder(now);
}
