namespace HalfFull.Report.Perfetto;

/// <summary>What was last written of one replica.</summary>
internal sealed class ReplicaTracks
{
    private readonly List<TimeSpan> entered = [];
    private (int Waiting, int Running) queue;
    private long kvTokens;

    /// <summary>A request comes into a lane. True when the lane is new.</summary>
    public bool Enter(int slot, TimeSpan now)
    {
        var isNew = slot >= entered.Count;
        while (slot >= entered.Count)
        {
            entered.Add(default);
        }

        entered[slot] = now;
        return isNew;
    }

    /// <summary>When the request in a lane came into it.</summary>
    public TimeSpan EnteredAt(int slot) => entered[slot];

    /// <summary>Whether the queue is another than when last asked.</summary>
    public bool QueueChanged(int waiting, int running)
    {
        var changed = queue != (waiting, running);
        queue = (waiting, running);
        return changed;
    }

    /// <summary>Whether the KV in use is another than when last asked.</summary>
    public bool KvChanged(long tokens)
    {
        var changed = kvTokens != tokens;
        kvTokens = tokens;
        return changed;
    }
}
