using HalfFull.Engine.StepTime;

namespace HalfFull.Simulation.Handovers;

/// <summary>
/// The links over which KV moves, one for each replica. A copy has the whole of both ends' links: it starts when both have done what was asked of them before,
/// in the order of asking, and so never shares. A link may idle while it waits for the other end.
/// </summary>
/// <param name="time">How long a copy takes.</param>
/// <param name="replicas">How many replicas there are.</param>
internal sealed class KvLinks(KvTransferTime time, int replicas)
{
    private readonly TimeSpan[] freeFrom = new TimeSpan[replicas];

    /// <summary>Asks for a copy; says when it starts and when all of it has arrived.</summary>
    internal (TimeSpan Start, TimeSpan Arrival) Book(int source, int target, int tokens, TimeSpan now)
    {
        var free = freeFrom[source] > freeFrom[target] ? freeFrom[source] : freeFrom[target];
        var start = free > now ? free : now;
        var end = start + time.LinkTime(tokens);
        freeFrom[source] = end;
        freeFrom[target] = end;
        return (start, end + time.Latency);
    }

    /// <summary>A replica has died, and its copies with it: its next life begins with a free link. The other ends stay booked for what they had agreed to.</summary>
    internal void Died(int replica) => freeFrom[replica] = TimeSpan.Zero;
}
