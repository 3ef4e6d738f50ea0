namespace HalfFull.Scheduling;

/// <summary>
/// Who of those that wait for their first try gives way when the queue is too long: the lowest priority, then the latest deadline, none being the latest, then who came last. Sorted only from
/// the first time that somebody asks until nobody waits, so that it costs nothing while the queue is short.
/// </summary>
internal sealed class Urgency : IComparer<FrontEntry>
{
    private SortedSet<FrontEntry>? sorted;

    /// <inheritdoc/>
    int IComparer<FrontEntry>.Compare(FrontEntry? x, FrontEntry? y) => Compare(x!.Request, y!.Request);

    /// <summary>Who of two gives way first: negative for the first of them.</summary>
    internal static int Compare(Request a, Request b)
    {
        var order = ByWish(a, b);
        order = order != 0 ? order : b.Arrival.CompareTo(a.Arrival);
        return order != 0 ? order : b.Id.CompareTo(a.Id);
    }

    /// <summary>Whether a request asks for less than another, by priority and deadline; who came first does not count.</summary>
    internal static bool IsLess(Request a, Request b) => ByWish(a, b) < 0;

    /// <summary>The least urgent; null when nobody waits for a first try.</summary>
    /// <param name="waiting">Those that wait, for the first time that it is asked.</param>
    internal FrontEntry? Least(IEnumerable<FrontEntry> waiting)
    {
        sorted ??= new SortedSet<FrontEntry>(waiting, this);
        return sorted.Min;
    }

    internal void Add(FrontEntry entry) => sorted?.Add(entry);

    internal void Remove(FrontEntry entry)
    {
        if (sorted is not null && sorted.Remove(entry) && sorted.Count == 0)
        {
            sorted = null;
        }
    }

    private static int ByWish(Request a, Request b) =>
        a.Priority != b.Priority ? a.Priority.CompareTo(b.Priority) : (b.Deadline ?? TimeSpan.MaxValue).CompareTo(a.Deadline ?? TimeSpan.MaxValue);
}
