namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>
/// SGLang's cache-aware orders (schedule_policy.py), ranked anew whenever somebody may be admitted, for queues of up to 128: their keys depend on what the cache
/// holds at the moment, so no queue can be kept in them. Stable: equals stay in the order in which they are given.
/// </summary>
internal sealed class PrefixRanking
{
    /// <summary>Longest queue that is ranked.</summary>
    internal const int MostWaiting = 128;

    private const int LeastCachedTokens = 32;
    private const int LeastSharedTokens = 32;
    private readonly Sequence[] ranked = new Sequence[MostWaiting];
    private readonly Sequence[] leaders = new Sequence[MostWaiting];
    private readonly int[] matched = new int[MostWaiting];
    private readonly long[] keys = new long[MostWaiting];
    private int count;

    /// <summary>The queue in the order of the last ranking.</summary>
    internal ReadOnlySpan<Sequence> Ranked => ranked.AsSpan(0, count);

    /// <summary>
    /// Longest cached prefix first. Of those with hardly any cached prefix that share one among themselves, the first leads and the others go last, so that
    /// it warms the cache for them.
    /// </summary>
    internal void ByLongestPrefix(in EngineSnapshot engine, StepPlan plan)
    {
        Take(engine);
        var led = 0;
        for (var i = 0; i < count; i++)
        {
            var cached = plan.CachedTokens(ranked[i]);
            var last = false;
            if (cached <= LeastCachedTokens && engine.Limits.PrefixCaching)
            {
                last = SharesWithLeader(ranked[i], led);
                if (!last)
                {
                    leaders[led++] = ranked[i];
                }
            }

            keys[i] = ((last ? int.MaxValue : int.MaxValue - 1L - cached) * MostWaiting) + i;
        }

        Array.Sort(keys, ranked, 0, count);
        Array.Clear(leaders, 0, led);
    }

    /// <summary>Depth first through the tree of cached prefixes, the subtree with most waiting requests first.</summary>
    internal void ByPrefixWeight(in EngineSnapshot engine, StepPlan plan)
    {
        Take(engine);
        for (var i = 0; i < count; i++)
        {
            // One that keeps its KV in host memory has nothing in the tree.
            var isInTree = ranked[i].Request.PrefixUnitTokens > 0 && ranked[i].SwappedTokens == 0;
            matched[i] = isInTree ? plan.CachedTokens(ranked[i]) / ranked[i].Request.PrefixUnitTokens : 0;
        }

        Visit(0, count, 0);
    }

    /// <summary>Forgets the queue.</summary>
    internal void Clear()
    {
        Array.Clear(ranked, 0, count);
        count = 0;
    }

    private void Take(in EngineSnapshot engine)
    {
        count = 0;
        foreach (var sequence in engine.Waiting)
        {
            ranked[count++] = sequence;
        }
    }

    private bool SharesWithLeader(Sequence sequence, int led)
    {
        var unitTokens = sequence.Request.PrefixUnitTokens;
        var hashes = sequence.Request.PrefixHashes.Span;
        for (var i = 0; i < led; i++)
        {
            var other = leaders[i].Request;
            if (unitTokens == other.PrefixUnitTokens && hashes.CommonPrefixLength(other.PrefixHashes.Span) * (long)unitTokens >= LeastSharedTokens)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Orders a run of sequences whose first <paramref name="depth"/> cached units are the same: children by weight, then those that end here.</summary>
    private void Visit(int start, int end, int depth)
    {
        while (end - start > 1)
        {
            for (var i = start; i < end; i++)
            {
                keys[i] = GroupKey(start, end, depth, i);
            }

            Sort(start, end);
            var split = start;
            while (split < end && matched[split] > depth && HashAt(split, depth) == HashAt(start, depth))
            {
                split++;
            }

            // The heaviest child is visited here or below; a child that holds all of them needs no call.
            if (split < end && split > start)
            {
                Visit(start, split, depth + 1);
                start = split;
                continue;
            }

            if (split == start)
            {
                return;
            }

            depth++;
        }
    }

    /// <summary>Largest group first, then the group that appears first, then the given order; those that end at this depth last.</summary>
    private long GroupKey(int start, int end, int depth, int index)
    {
        if (matched[index] <= depth)
        {
            return long.MaxValue - MostWaiting + (index - start);
        }

        var hash = HashAt(index, depth);
        var size = 0;
        var first = -1;
        for (var i = start; i < end; i++)
        {
            if (matched[i] > depth && HashAt(i, depth) == hash)
            {
                first = first < 0 ? i : first;
                size++;
            }
        }

        return ((((long)(MostWaiting - size) * MostWaiting) + first) * MostWaiting) + index;
    }

    private long HashAt(int index, int depth) => ranked[index].Request.PrefixHashes.Span[depth];

    /// <summary>By key, and the match counts with the sequences; runs are short.</summary>
    private void Sort(int start, int end)
    {
        for (var i = start + 1; i < end; i++)
        {
            var (key, sequence, units) = (keys[i], ranked[i], matched[i]);
            var j = i;
            for (; j > start && keys[j - 1] > key; j--)
            {
                (keys[j], ranked[j], matched[j]) = (keys[j - 1], ranked[j - 1], matched[j - 1]);
            }

            (keys[j], ranked[j], matched[j]) = (key, sequence, units);
        }
    }
}
