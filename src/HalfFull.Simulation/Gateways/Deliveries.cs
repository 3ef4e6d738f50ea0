using System.Runtime.InteropServices;

namespace HalfFull.Simulation.Gateways;

/// <summary>Requests on their way to a replica, by time of delivery, then in the order of sending.</summary>
internal sealed class Deliveries
{
    private readonly PriorityQueue<Delivery, (TimeSpan Time, long Number)> onTheWay = new();
    private long sent;

    /// <summary>Whether there are any.</summary>
    internal bool Any => onTheWay.Count > 0;

    /// <summary>Time of the next; <see cref="TimeSpan.MaxValue"/> without one.</summary>
    internal TimeSpan NextTime => onTheWay.TryPeek(out _, out var next) ? next.Time : TimeSpan.MaxValue;

    /// <summary>A request leaves its gateway.</summary>
    internal void Send(in Attempt attempt, int replica, TimeSpan arrives) => onTheWay.Enqueue(new Delivery(attempt, replica), (arrives, sent++));

    /// <summary>Takes the next that is due.</summary>
    internal bool TryTake(TimeSpan now, out Delivery delivery)
    {
        if (NextTime <= now)
        {
            delivery = onTheWay.Dequeue();
            return true;
        }

        delivery = default;
        return false;
    }

    /// <summary>Whether any is on the way to a replica.</summary>
    internal bool AnyTo(int replica) => onTheWay.UnorderedItems.Any(item => item.Element.Replica == replica);

    /// <summary>Takes all that are on the way to a replica, in the order of sending.</summary>
    internal IReadOnlyList<Attempt> TakeAll(int replica)
    {
        var all = onTheWay.UnorderedItems.OrderBy(static item => item.Priority.Number).ToArray();
        onTheWay.Clear();
        foreach (var (delivery, priority) in all.Where(item => item.Element.Replica != replica))
        {
            onTheWay.Enqueue(delivery, priority);
        }

        return [.. all.Where(item => item.Element.Replica == replica).Select(static item => item.Element.Attempt)];
    }

    /// <summary>A request and where it goes.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Delivery(Attempt Attempt, int Replica);
}
