using System.Runtime.InteropServices;
using HalfFull.Engine.Native;

namespace HalfFull.Engine.Hosting;

/// <summary>
/// Who holds what under which number of the library. When a sequence leaves, the whole units of its prompt stay under its number as long as nobody needs that, and newcomers of
/// which the core says that their prefix is cached take it from there, or from a sequence that runs: by sharing cells in a unified cache, by a copy in a split one, whose
/// sequences have nothing in common. Running sequences get the lowest numbers: gaps make the library split a batch.
/// </summary>
internal sealed class NativeKv
{
    private readonly LlamaContext context;
    private readonly KvPart?[] parts;
    private readonly bool isUnified;
    private readonly List<long> lost = [];
    private byte[] copied = [];
    private long kept;

    internal NativeKv(LlamaContext context)
    {
        this.context = context;
        parts = new KvPart?[context.Numbers];
        isUnified = context.Options.KvMode == KvMode.Unified;
    }

    /// <summary>Prefix units whose KV has gone although the core may still count them as cached.</summary>
    internal ReadOnlySpan<long> Lost => CollectionsMarshal.AsSpan(lost);

    /// <summary>Tokens that newcomers took over instead of computing them.</summary>
    internal long TokensTaken { get; private set; }

    /// <summary>Forgets what <see cref="Lost"/> tells.</summary>
    internal void ClearLost() => lost.Clear();

    /// <summary>Gives numbers to sequences that begin to run, with what the core counts as computed of their prompts.</summary>
    internal void Place(List<LlamaSequence> newcomers)
    {
        foreach (var own in newcomers)
        {
            own.Kv = new KvPart(-1, own);
            own.Source = Find(own);
            if (own.Source is { Owner: null } source)
            {
                source.Claims++;
            }
        }

        foreach (var own in newcomers)
        {
            Place(own.Kv!, own.Source);
            own.Source = null;
        }
    }

    /// <summary>A sequence leaves the library; the units of its prompt stay.</summary>
    internal void Leave(LlamaSequence own)
    {
        if (own.Kv is not { } part)
        {
            return;
        }

        own.Kv = null;
        part.Owner = null;
        var units = part.Units;
        if (units == 0)
        {
            Empty(part);
            return;
        }

        Join(part);
        Cut(part, units * part.UnitTokens);
        part.KeptAt = ++kept;
        foreach (var other in parts)
        {
            if (other is null || ReferenceEquals(other, part))
            {
                continue;
            }

            if (other.Units >= units && other.HasUnits(part, units))
            {
                Empty(part);
                return;
            }

            if (other is { IsIdle: true, Units: > 0 } && part.HasUnits(other, other.Units))
            {
                Empty(other);
            }
        }
    }

    /// <summary>In a unified cache: frees what the core no longer counts, and what is there twice. Before anything needs the room.</summary>
    internal void Settle(StepPlan plan)
    {
        if (!isUnified)
        {
            return;
        }

        foreach (var part in parts)
        {
            if (part is null)
            {
                continue;
            }

            var units = part.Units;
            while (part.Owner is null && units > 0 && !plan.HoldsPrefix(part.Hash(units - 1)))
            {
                units--;
            }

            if (part.Owner is null && units == 0)
            {
                Empty(part);
            }
            else if (units < part.Units)
            {
                Cut(part, units * part.UnitTokens);
            }
            else
            {
                Join(part);
            }
        }
    }

    /// <summary>Keeps only so many tokens of a part.</summary>
    internal void Cut(KvPart part, int tokens)
    {
        if (part.Tokens > tokens)
        {
            context.Remove(part.Id, tokens);
            part.Tokens = tokens;
            part.CommonUnits = Math.Min(part.CommonUnits, part.Units);
        }
    }

    private KvPart? Find(LlamaSequence own)
    {
        var newcomer = own.Kv!;
        if (!own.Saved.IsEmpty || own.Sequence.ComputedTokens == 0 || newcomer.UnitTokens == 0)
        {
            return null;
        }

        var units = own.Sequence.ComputedTokens / newcomer.UnitTokens;
        KvPart? best = null;
        foreach (var part in parts)
        {
            if (part is not null && part.Units >= units && (best is null || part.Tokens < best.Tokens)
                && part.Hash(units - 1) == newcomer.Hash(units - 1) && part.Begins(newcomer, units))
            {
                best = part;
            }
        }

        return best;
    }

    private void Place(KvPart part, KvPart? source)
    {
        if (source is null)
        {
            Put(part, Take());
            return;
        }

        var wanted = part.Owner!.Sequence.ComputedTokens;
        var isWhole = source.Owner is null && source.Tokens == wanted;
        if (source.Owner is null)
        {
            source.Claims--;
        }

        if (source.IsIdle && ((isUnified && isWhole) || !CanTake(source)))
        {
            Forgo(source, wanted);
            part.Tokens = wanted;
            part.CommonUnits = Math.Min(source.CommonUnits, wanted / part.UnitTokens);
            Put(part, source.Id);
        }
        else
        {
            source.Claims++;
            Put(part, Take());
            source.Claims--;
            part.Tokens = Copy(source, part.Id, wanted);
            part.CommonUnits = Math.Min(source.CommonUnits, part.Tokens / part.UnitTokens);
            if (isWhole && source.IsIdle && part.Tokens == wanted)
            {
                Empty(source);
            }
        }

        TokensTaken += part.Tokens;
    }

    private void Put(KvPart part, int id)
    {
        part.Id = id;
        parts[id] = part;
    }

    /// <summary>Whether there is a number other than that of a source.</summary>
    private bool CanTake(KvPart source)
    {
        foreach (var part in parts)
        {
            if (part is null || (part.IsIdle && !ReferenceEquals(part, source)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The lowest number that can be had. A prefix that lies there moves up, in place of the one kept longest when nothing is free.</summary>
    private int Take()
    {
        var (lowest, empty, oldest) = (-1, -1, -1);
        for (var id = 0; id < parts.Length; id++)
        {
            if (parts[id] is null)
            {
                empty = id;
            }
            else if (!parts[id]!.IsIdle)
            {
                continue;
            }
            else if (oldest < 0 || parts[id]!.KeptAt < parts[oldest]!.KeptAt)
            {
                oldest = id;
            }

            lowest = lowest < 0 ? id : lowest;
        }

        if (lowest < 0)
        {
            throw new InvalidOperationException("More sequences run than the KV cache was set up for.");
        }

        if (parts[lowest] is not { } part)
        {
            return lowest;
        }

        if (isUnified && empty >= 0)
        {
            return empty;
        }

        var target = empty >= 0 ? empty : oldest;
        if (isUnified || target == lowest)
        {
            Drop(parts[target]!);
            return target;
        }

        if (parts[target] is { } old)
        {
            Drop(old);
        }

        Move(part, target);
        return lowest;
    }

    private void Move(KvPart part, int target)
    {
        var from = part.Id;
        var tokens = Copy(part, target, part.Tokens);
        if (tokens == 0)
        {
            Drop(part);
            return;
        }

        context.Remove(from, 0);
        parts[from] = null;
        Put(part, target);
    }

    /// <summary>Gives an empty number the first tokens of another.</summary>
    /// <returns>Tokens there now; 0 when the library could not.</returns>
    private int Copy(KvPart source, int target, int tokens)
    {
        if (isUnified)
        {
            context.Share(source.Id, target, 0, tokens);
            return tokens;
        }

        var bytes = context.SavedBytes(source.Id);
        copied = copied.Length < bytes ? new byte[bytes] : copied;
        if (context.Save(source.Id, copied.AsSpan(0, bytes)) != bytes || !context.Restore(target, copied.AsSpan(0, bytes)))
        {
            return 0;
        }

        if (source.Tokens > tokens)
        {
            context.Remove(target, tokens);
        }

        return tokens;
    }

    /// <summary>In a unified cache: the units of a part that others have too become theirs. The core counts them once.</summary>
    private void Join(KvPart part)
    {
        for (var unit = part.CommonUnits; isUnified && unit < part.Units; unit++)
        {
            foreach (var other in parts)
            {
                if (other is not null && other.CommonUnits > unit && !ReferenceEquals(other, part) && other.HasUnits(part, unit + 1))
                {
                    var (from, to) = (unit * part.UnitTokens, (unit + 1) * part.UnitTokens);
                    context.Remove(part.Id, from, to);
                    context.Share(other.Id, part.Id, from, to);
                    break;
                }
            }

            part.CommonUnits = unit + 1;
        }
    }


    private void Empty(KvPart part)
    {
        context.Remove(part.Id, 0);
        part.Tokens = 0;
        parts[part.Id] = null;
    }

    /// <summary>Drops a prefix that is kept.</summary>
    private void Drop(KvPart part)
    {
        NoteLost(part, 0);
        Empty(part);
    }

    /// <summary>Keeps only the first tokens of a prefix that is kept.</summary>
    private void Forgo(KvPart part, int tokens)
    {
        NoteLost(part, tokens / part.UnitTokens);
        Cut(part, tokens);
    }

    private void NoteLost(KvPart part, int from)
    {
        for (var unit = from; unit < part.Units; unit++)
        {
            var hash = part.Hash(unit);
            var isElsewhere = false;
            foreach (var other in parts)
            {
                isElsewhere |= other is not null && !ReferenceEquals(other, part) && other.Units > unit && other.Hash(unit) == hash;
            }

            if (!isElsewhere)
            {
                lost.Add(hash);
            }
        }
    }
}
