using HalfFull.Simulation.Gateways;

namespace HalfFull.Simulation.Handovers;

/// <summary>The requests that wait at replicas that decode until there is room for their KV, first come, first served.</summary>
/// <param name="replicas">How many replicas there are.</param>
internal sealed class Intakes(int replicas)
{
    private readonly Queue<Attempt>[] queues = [.. Enumerable.Range(0, replicas).Select(static _ => new Queue<Attempt>())];
    private readonly long[] tokens = new long[replicas];

    /// <summary>How many wait at a replica.</summary>
    internal int Requests(int replica) => queues[replica].Count;

    /// <summary>KV tokens that those need.</summary>
    internal long Tokens(int replica) => tokens[replica];

    /// <summary>One more waits.</summary>
    internal void Add(in Attempt attempt)
    {
        var handover = attempt.Handover!;
        queues[handover.Target].Enqueue(attempt);
        tokens[handover.Target] += handover.Tokens;
    }

    /// <summary>The first that waits; false when nobody does.</summary>
    internal bool TryPeek(int replica, out Attempt attempt) => queues[replica].TryPeek(out attempt);

    /// <summary>The first is let in.</summary>
    internal void Take(int replica) => tokens[replica] -= queues[replica].Dequeue().Handover!.Tokens;

    /// <summary>Takes out all that are lost, at all replicas.</summary>
    internal void RemoveAll(Func<Handover, bool> isLost, List<Attempt> to)
    {
        for (var replica = 0; replica < queues.Length; replica++)
        {
            for (var left = queues[replica].Count; left > 0; left--)
            {
                var attempt = queues[replica].Dequeue();
                if (isLost(attempt.Handover!))
                {
                    tokens[replica] -= attempt.Handover!.Tokens;
                    to.Add(attempt);
                }
                else
                {
                    queues[replica].Enqueue(attempt);
                }
            }
        }
    }
}
