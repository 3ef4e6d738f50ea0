using HalfFull.Policies;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>What a router keeps for each replica, by its number. What was kept for an earlier epoch is forgotten. Allocates only when a replica is new or restarts.</summary>
internal sealed class PerReplica<T> : IRestorable
    where T : class, IRestorable, new()
{
    private T[] items = [];
    private long[] epochs = [];

    /// <summary>State of a replica in an epoch.</summary>
    public T Of(in ReplicaView view)
    {
        var item = Of(view.Replica);
        if (epochs[view.Replica] != view.Epoch)
        {
            epochs[view.Replica] = view.Epoch;
            items[view.Replica] = item = new T();
        }

        return item;
    }

    /// <summary>State of a replica in the last epoch seen.</summary>
    public T Of(int replica)
    {
        if (replica >= items.Length)
        {
            var first = items.Length;
            Array.Resize(ref items, Math.Max(replica + 1, first * 2));
            Array.Resize(ref epochs, items.Length);
            for (var i = first; i < items.Length; i++)
            {
                items[i] = new T();
            }
        }

        return items[replica];
    }

    /// <summary>State of a replica if it is still in that epoch; null when there is none any more.</summary>
    public T? Of(int replica, long epoch) => replica < items.Length && epochs[replica] == epoch ? items[replica] : null;

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        state.Number((ulong)items.Length);
        for (var i = 0; i < items.Length; i++)
        {
            state.Whole(epochs[i]);
            items[i].Save(state);
        }
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        var count = (int)state.Number();
        (items, epochs) = (new T[count], new long[count]);
        for (var i = 0; i < count; i++)
        {
            epochs[i] = state.Whole();
            items[i] = new T();
            items[i].Restore(ref state);
        }
    }
}
