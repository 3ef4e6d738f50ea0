using HalfFull.Policies;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>
/// The newest probe of each of a few replicas. A probe goes when it is too old, when it was used twice, and when the pool is full: the oldest and the worst in turn.
/// A used probe counts the request that it brought.
/// </summary>
internal sealed class ProbePool(int size, TimeSpan oldest) : IRestorable
{
    private const int MostUses = 2;
    private readonly Probe[] probes = new Probe[size];
    private readonly int[] sorted = new int[size];
    private int[] placeOf = []; // by replica, counted from 1; 0: not probed
    private int count;
    private bool dropsWorst;

    public void Expire(TimeSpan now)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            if (now - probes[i].Taken > oldest)
            {
                RemoveAt(i);
            }
        }
    }

    public void Add(int replica, int requests, TimeSpan taken)
    {
        var index = Find(replica);
        if (index >= 0)
        {
            RemoveAt(index);
        }
        else if (count == size)
        {
            RemoveAt(dropsWorst ? Worst() : 0);
            dropsWorst = !dropsWorst;
        }

        Append(new Probe(replica, requests, taken, 0));
    }

    public bool TryGet(int replica, out int requests)
    {
        var index = Find(replica);
        requests = index >= 0 ? probes[index].Requests : 0;
        return index >= 0;
    }

    /// <summary>A request was sent to a probed replica.</summary>
    public void Used(int replica)
    {
        if (Find(replica) is >= 0 and var index)
        {
            ref var probe = ref probes[index];
            probe = probe with { Requests = probe.Requests + 1, Uses = probe.Uses + 1 };
            if (probe.Uses >= MostUses)
            {
                RemoveAt(index);
            }
        }
    }

    /// <summary>Requests at a quantile of the pool; 0 when it is empty.</summary>
    public int Quantile(double quantile)
    {
        for (var i = 0; i < count; i++)
        {
            sorted[i] = probes[i].Requests;
        }

        sorted.AsSpan(0, count).Sort();
        return count > 0 ? sorted[(int)(quantile * (count - 1))] : 0;
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        state.Flag(dropsWorst);
        state.Number((ulong)count);
        foreach (var probe in probes.AsSpan(0, count))
        {
            state.Whole(probe.Replica);
            state.Whole(probe.Requests);
            state.Time(probe.Taken);
            state.Whole(probe.Uses);
        }
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        dropsWorst = state.Flag();
        Array.Clear(placeOf);
        count = 0;
        for (var left = state.Number() is var saved && saved <= (ulong)size ? saved : throw new InvalidDataException("more probes are saved than are kept"); left > 0; left--)
        {
            Append(new Probe(state.Whole32(), state.Whole32(), state.Time(), state.Whole32()));
        }
    }

    private int Find(int replica) => (uint)replica < (uint)placeOf.Length ? placeOf[replica] - 1 : -1;

    private void Append(in Probe probe)
    {
        if (probe.Replica >= placeOf.Length)
        {
            Array.Resize(ref placeOf, Math.Max(probe.Replica + 1, placeOf.Length * 2));
        }

        probes[count++] = probe;
        placeOf[probe.Replica] = count;
    }

    private int Worst()
    {
        var worst = 0;
        for (var i = 1; i < count; i++)
        {
            worst = probes[i].Requests > probes[worst].Requests ? i : worst;
        }

        return worst;
    }

    // Keeps the order of age.
    private void RemoveAt(int index)
    {
        placeOf[probes[index].Replica] = 0;
        count--;
        for (var i = index; i < count; i++)
        {
            probes[i] = probes[i + 1];
            placeOf[probes[i].Replica] = i + 1;
        }
    }

    private readonly record struct Probe(int Replica, int Requests, TimeSpan Taken, int Uses);
}
