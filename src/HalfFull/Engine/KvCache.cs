using System.Diagnostics;

namespace HalfFull.Engine;

/// <summary>
/// The paged KV pool with automatic prefix caching. Blocks of one sequence are only counted; what has identity is the prefix unit: the tokens
/// that one prefix hash stands for, looked up, referenced and evicted whole. Unreferenced units stay until their blocks are needed, least
/// recently used first, the tail of a prompt before its head. Every block is unused, private, in a referenced unit or in an unreferenced one.
/// A unit computed twice at the same time is kept once, as in a radix cache: the later sequence joins the earlier one's unit.
/// </summary>
internal sealed class KvCache
{
    private readonly Dictionary<long, int> unitOf = [];
    private readonly EngineLimits limits;
    private Unit[] units = new Unit[64];
    private int usedUnits;
    private int freeUnit = -1;
    private int oldest = -1;
    private int newest = -1;

    internal KvCache(EngineLimits limits)
    {
        this.limits = limits;
        UnusedBlocks = limits.KvBlocks;
    }

    /// <summary>Blocks that hold nothing.</summary>
    internal int UnusedBlocks { get; private set; }

    /// <summary>Blocks of units that nobody references.</summary>
    internal int EvictableBlocks { get; private set; }

    /// <summary>Blocks of units that somebody references, each counted once.</summary>
    internal int SharedBlocks { get; private set; }

    /// <summary>Blocks that belong to one sequence alone.</summary>
    internal int PrivateBlocks { get; private set; }

    /// <summary>Blocks that can be had: unused ones and those of unreferenced units.</summary>
    internal int FreeBlocks => UnusedBlocks + EvictableBlocks;

    /// <summary>Blocks in use by running sequences.</summary>
    internal int ReferencedBlocks => PrivateBlocks + SharedBlocks;

    /// <summary>Tokens kept in host memory for preempted sequences.</summary>
    internal long SwappedTokens { get; private set; }

    /// <summary>Changes whenever a lookup could give another answer.</summary>
    internal long Version { get; private set; }

    /// <summary>
    /// Leading units of the sequence that are cached: full units only, and never all of its known tokens. None for one that has its KV in host memory: it
    /// takes that back instead.
    /// </summary>
    internal int MatchUnits(Sequence sequence)
    {
        var request = sequence.Request;
        if (!limits.PrefixCaching || request.PrefixHashes.IsEmpty || usedUnits == 0 || sequence.SwappedTokens > 0)
        {
            return 0;
        }

        if (sequence.MatchVersion != Version)
        {
            sequence.MatchVersion = Version;
            sequence.MatchedUnits = MatchUnits(request, sequence.KnownTokens - 1);
        }

        return sequence.MatchedUnits;
    }

    /// <summary>Known tokens of a waiting sequence that need not be computed: its cached prefix, or what it keeps in host memory.</summary>
    internal int TokensAtHand(Sequence sequence) =>
        sequence.SwappedTokens > 0 ? sequence.SwappedTokens : MatchUnits(sequence) * sequence.Request.PrefixUnitTokens;

    /// <summary>Leading units of a request that are cached, within its prompt and the given number of tokens.</summary>
    internal int MatchUnits(Request request, int mostTokens)
    {
        if (!limits.PrefixCaching || request.PrefixHashes.IsEmpty)
        {
            return 0;
        }

        var hashes = request.PrefixHashes.Span;
        var most = Math.Min(hashes.Length, Math.Min(mostTokens, request.PromptTokens) / request.PrefixUnitTokens);
        var matched = 0;
        while (matched < most && unitOf.ContainsKey(hashes[matched]))
        {
            matched++;
        }

        return matched;
    }

    /// <summary>Of the first <paramref name="count"/> units of a request, the blocks that nobody references: they leave the free ones when taken.</summary>
    internal int EvictableAmong(Request request, int count)
    {
        var hashes = request.PrefixHashes.Span;
        var blocks = 0;
        for (var i = 0; i < count; i++)
        {
            ref readonly var unit = ref units[unitOf[hashes[i]]];
            blocks += unit.References == 0 ? unit.Blocks : 0;
        }

        return blocks;
    }

    /// <summary>Gives the sequence a reference to its first <paramref name="count"/> cached units. It must hold nothing yet.</summary>
    internal void Take(Sequence sequence, int count)
    {
        Debug.Assert(sequence.HeldBlocks == 0, "A sequence takes its prefix before anything else.");
        var hashes = sequence.Request.PrefixHashes.Span;
        for (var i = 0; i < count; i++)
        {
            Reference(unitOf[hashes[i]]);
        }

        var tokens = count * sequence.Request.PrefixUnitTokens;
        sequence.SharedUnits = count;
        sequence.SharedTokens = tokens;
        sequence.SharedBlocks = limits.BlocksFor(tokens);
        sequence.ComputedTokens = tokens;
    }

    /// <summary>Gives the sequence private blocks, evicting unreferenced units as needed. The caller has checked <see cref="FreeBlocks"/>.</summary>
    internal void Allocate(Sequence sequence, int blocks)
    {
        if (blocks > 0)
        {
            TakeUnused(blocks);
            sequence.PrivateBlocks += blocks;
        }
    }

    /// <summary>Counts private blocks taken by several sequences at once.</summary>
    internal void TakeUnused(int blocks)
    {
        while (UnusedBlocks < blocks)
        {
            EvictOldest();
        }

        UnusedBlocks -= blocks;
        PrivateBlocks += blocks;
    }

    /// <summary>Turns the private blocks of newly completed units of the prompt into shared, findable ones.</summary>
    internal void Publish(Sequence sequence)
    {
        var request = sequence.Request;
        if (!limits.PrefixCaching || request.PrefixHashes.IsEmpty)
        {
            return;
        }

        var hashes = request.PrefixHashes.Span;
        var unitTokens = request.PrefixUnitTokens;
        var complete = Math.Min(hashes.Length, Math.Min(sequence.ComputedTokens, sequence.PromptTokens) / unitTokens);
        var unitBlocks = limits.BlocksFor(unitTokens);
        while (sequence.SharedUnits < complete)
        {
            var hash = hashes[sequence.SharedUnits];
            PrivateBlocks -= unitBlocks;
            sequence.PrivateBlocks -= unitBlocks;
            if (unitOf.TryGetValue(hash, out var existing))
            {
                UnusedBlocks += unitBlocks;
                Reference(existing);
            }
            else
            {
                AddUnit(hash, unitBlocks);
            }

            sequence.SharedUnits++;
            sequence.SharedTokens += unitTokens;
            sequence.SharedBlocks += unitBlocks;
        }
    }

    /// <summary>Gives back all that the sequence holds. Its units stay findable until evicted.</summary>
    internal void Free(Sequence sequence)
    {
        GiveBack(sequence.Request, sequence.SharedUnits, sequence.PrivateBlocks);
        Forget(sequence);
    }

    /// <summary>The same for what a hold keeps.</summary>
    internal void Free(KvHold hold) => GiveBack(hold.Request, hold.SharedUnits, hold.PrivateBlocks);

    /// <summary>Moves all that the sequence holds into a hold.</summary>
    internal static KvHold Keep(Sequence sequence)
    {
        var hold = new KvHold(sequence.Request, sequence.SharedUnits, sequence.PrivateBlocks, sequence.Slot);
        Forget(sequence);
        return hold;
    }

    private void GiveBack(Request? request, int sharedUnits, int privateBlocks)
    {
        var hashes = request is null ? default : request.PrefixHashes.Span;
        for (var i = sharedUnits - 1; i >= 0; i--)
        {
            Release(unitOf[hashes[i]]);
        }

        PrivateBlocks -= privateBlocks;
        UnusedBlocks += privateBlocks;
    }

    private static void Forget(Sequence sequence)
    {
        sequence.PrivateBlocks = 0;
        sequence.SharedBlocks = 0;
        sequence.SharedUnits = 0;
        sequence.SharedTokens = 0;
        sequence.ComputedTokens = 0;
        sequence.MatchVersion = -1; // it may match more than before: it has known more tokens since its last lookup
    }

    /// <summary>Keeps the tokens that a preempted sequence had computed in host memory, when there is room for them.</summary>
    internal void SwapOut(Sequence sequence, int computedTokens)
    {
        if (SwappedTokens + computedTokens <= limits.SwapTokens)
        {
            sequence.SwappedTokens = computedTokens;
            SwappedTokens += computedTokens;
        }
    }

    /// <summary>Gives an admitted sequence, whose blocks are allocated, the tokens that it kept in host memory.</summary>
    internal void SwapIn(Sequence sequence)
    {
        if (sequence.SwappedTokens > 0)
        {
            sequence.ComputedTokens = sequence.SwappedTokens;
            DropSwapped(sequence);
        }
    }

    /// <summary>Gives up what a sequence kept in host memory.</summary>
    internal void DropSwapped(Sequence sequence)
    {
        SwappedTokens -= sequence.SwappedTokens;
        sequence.SwappedTokens = 0;
    }

    /// <summary>Blocks that would become free if the sequence gave back all it holds.</summary>
    internal int Reclaimable(Sequence sequence) => Reclaimable(sequence, 0);

    /// <summary>The same without the units at its head that the newcomer would take over.</summary>
    internal int Reclaimable(Sequence sequence, Sequence newcomer)
    {
        var most = Math.Min(sequence.SharedUnits, MatchUnits(newcomer));
        return Reclaimable(sequence, sequence.Request.PrefixHashes.Span[..most].CommonPrefixLength(newcomer.Request.PrefixHashes.Span[..most]));
    }

    private int Reclaimable(Sequence sequence, int firstUnit)
    {
        var hashes = sequence.Request.PrefixHashes.Span;
        var blocks = sequence.PrivateBlocks;
        for (var i = firstUnit; i < sequence.SharedUnits; i++)
        {
            ref readonly var unit = ref units[unitOf[hashes[i]]];
            blocks += unit.References == 1 ? unit.Blocks : 0;
        }

        return blocks;
    }

    private void AddUnit(long hash, int blocks)
    {
        int index;
        if (freeUnit >= 0)
        {
            index = freeUnit;
            freeUnit = units[index].Next;
        }
        else
        {
            if (usedUnits == units.Length)
            {
                Array.Resize(ref units, usedUnits * 2);
            }

            index = usedUnits++;
        }

        units[index] = new Unit { Hash = hash, Blocks = blocks, References = 1 };
        unitOf.Add(hash, index);
        SharedBlocks += blocks;
        Version++;
    }

    private void Reference(int index)
    {
        ref var unit = ref units[index];
        if (unit.References++ == 0)
        {
            Unlink(ref unit);
            EvictableBlocks -= unit.Blocks;
            SharedBlocks += unit.Blocks;
        }
    }

    private void Release(int index)
    {
        ref var unit = ref units[index];
        if (--unit.References > 0)
        {
            return;
        }

        SharedBlocks -= unit.Blocks;
        EvictableBlocks += unit.Blocks;
        unit.Previous = newest;
        unit.Next = -1;
        if (newest >= 0)
        {
            units[newest].Next = index;
        }
        else
        {
            oldest = index;
        }

        newest = index;
    }

    /// <summary>Whether a unit is cached, in use or not.</summary>
    internal bool Holds(long hash) => unitOf.ContainsKey(hash);

    /// <summary>Drops a unit that nobody references, because its KV is no longer there; one that somebody holds stays.</summary>
    internal void Forget(long hash)
    {
        if (unitOf.TryGetValue(hash, out var index) && units[index].References == 0)
        {
            Evict(index);
        }
    }

    private void EvictOldest() => Evict(oldest);

    private void Evict(int index)
    {
        ref var unit = ref units[index];
        Unlink(ref unit);
        EvictableBlocks -= unit.Blocks;
        UnusedBlocks += unit.Blocks;
        unitOf.Remove(unit.Hash);
        unit.Next = freeUnit;
        freeUnit = index;
        Version++;
    }

    private void Unlink(ref Unit unit)
    {
        if (unit.Previous >= 0)
        {
            units[unit.Previous].Next = unit.Next;
        }
        else
        {
            oldest = unit.Next;
        }

        if (unit.Next >= 0)
        {
            units[unit.Next].Previous = unit.Previous;
        }
        else
        {
            newest = unit.Previous;
        }
    }

    private struct Unit
    {
        internal long Hash;
        internal int Blocks;
        internal int References;
        internal int Previous;
        internal int Next;
    }
}
