using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>
/// Running sequences in the order of a queue, kept from step to step: few change places between two steps, and putting those right costs a fraction of sorting anew.
/// </summary>
internal sealed class RankedRunning(IQueueOrder order)
{
    private readonly PerSlot<int> placeOf = new();
    private Sequence[] sequences = new Sequence[64];
    private SequenceRank[] ranks = new SequenceRank[64];
    private bool[] isKept = new bool[64];
    private int count;

    /// <summary>The sequences, the first in order first.</summary>
    internal ReadOnlySpan<Sequence> Sequences => sequences.AsSpan(0, count);

    /// <summary>Their ranks.</summary>
    internal ReadOnlySpan<SequenceRank> Ranks => ranks.AsSpan(0, count);

    /// <summary>Where a sequence stands now.</summary>
    internal SequenceRank RankOf(Sequence sequence)
    {
        var entry = new QueueEntry(sequence.Request, sequence.UncachedTokens, sequence.OutputTokens) { Slot = sequence.Slot };
        return new SequenceRank(order.Key(order.Features(entry), order.Group(entry)), sequence.Request.Arrival, sequence.Request.Id);
    }

    /// <summary>Takes in who runs now and orders them by their present ranks.</summary>
    internal void Sort(ReadOnlySpan<Sequence> running)
    {
        Take(running);
        for (var i = 0; i < count; i++)
        {
            ranks[i] = RankOf(sequences[i]);
        }

        var moved = 0;
        for (var i = 1; i < count; i++)
        {
            if (ranks[i] >= ranks[i - 1])
            {
                continue;
            }

            if (++moved > count / 4)
            {
                ranks.AsSpan(0, count).Sort(sequences.AsSpan(0, count));
                return;
            }

            Insert(i);
        }
    }

    /// <summary>Those of the last step that still run, in its order, then the others.</summary>
    private void Take(ReadOnlySpan<Sequence> running)
    {
        if (running.Length > sequences.Length)
        {
            Array.Resize(ref sequences, Math.Max(running.Length, sequences.Length * 2));
            Array.Resize(ref ranks, sequences.Length);
            Array.Resize(ref isKept, sequences.Length);
        }

        for (var i = 0; i < running.Length; i++)
        {
            placeOf[running[i].Slot] = i;
            isKept[i] = false;
        }

        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            // A slot may belong to somebody else by now.
            var place = placeOf[sequences[i].Slot];
            if (place < running.Length && ReferenceEquals(running[place], sequences[i]))
            {
                isKept[place] = true;
                sequences[kept++] = sequences[i];
            }
        }

        for (var i = 0; i < running.Length; i++)
        {
            if (!isKept[i])
            {
                sequences[kept++] = running[i];
            }
        }

        if (kept < count)
        {
            Array.Clear(sequences, kept, count - kept);
        }

        count = kept;
    }

    /// <summary>Moves one to its place among those before it, which are in order.</summary>
    private void Insert(int index)
    {
        var (rank, sequence) = (ranks[index], sequences[index]);
        var place = ranks.AsSpan(0, index).BinarySearch(rank);
        place = place < 0 ? ~place : place;
        ranks.AsSpan(place, index - place).CopyTo(ranks.AsSpan(place + 1));
        sequences.AsSpan(place, index - place).CopyTo(sequences.AsSpan(place + 1));
        ranks[place] = rank;
        sequences[place] = sequence;
    }
}
