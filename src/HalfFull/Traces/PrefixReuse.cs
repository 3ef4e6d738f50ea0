namespace HalfFull.Traces;

/// <summary>Counts how many prefix ids were seen in an earlier request.</summary>
internal sealed class PrefixReuse
{
    private readonly HashSet<long> seen = [];
    private long hits;

    /// <summary>Ids taken.</summary>
    public long Ids { get; private set; }

    /// <summary>Share of ids seen before; null without ids.</summary>
    public double? Share => Ids > 0 ? (double)hits / Ids : null;

    /// <summary>Takes the ids of one request; an id twice in one request is no reuse.</summary>
    public void Add(ReadOnlySpan<long> ids)
    {
        Ids += ids.Length;
        foreach (var id in ids)
        {
            hits += seen.Contains(id) ? 1 : 0;
        }

        foreach (var id in ids)
        {
            seen.Add(id);
        }
    }
}
