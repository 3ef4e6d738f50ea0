using HalfFull.Policies;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>
/// What a router remembers of requests that have not ended, by their id. Bounded: while it is full, new requests are not remembered and the router learns nothing
/// of them.
/// </summary>
internal sealed class OpenRequests<T>
    where T : struct
{
    private const int Most = 1 << 16;
    private readonly Dictionary<long, T> open = new(1024);

    /// <summary>Remembers a request, in place of an earlier attempt of the same.</summary>
    public void Set(long id, T value)
    {
        if (open.Count < Most || open.ContainsKey(id))
        {
            open[id] = value;
        }
    }

    /// <summary>Whether a request is remembered, and with what.</summary>
    public bool TryGet(long id, out T value) => open.TryGetValue(id, out value);

    /// <summary>Forgets a request.</summary>
    /// <returns>Whether it was remembered.</returns>
    public bool Remove(long id, out T value) => open.Remove(id, out value);

    /// <summary>Writes what is remembered, by id.</summary>
    public void Save(StateWriter state, Action<StateWriter, T> write)
    {
        state.Number((ulong)open.Count);
        foreach (var id in open.Keys.Order())
        {
            state.Whole(id);
            write(state, open[id]);
        }
    }

    /// <summary>Takes in what <see cref="Save"/> wrote.</summary>
    public void Restore(ref StateReader state, ValueReader read)
    {
        open.Clear();
        for (var left = state.Number(); left > 0; left--)
        {
            open.Add(state.Whole(), read(ref state));
        }
    }

    /// <summary>Reads what is remembered of one request.</summary>
    public delegate T ValueReader(ref StateReader state);
}
