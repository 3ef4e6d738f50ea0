using System.Numerics;

namespace HalfFull.Routing.Prefix;

/// <summary>
/// Which replicas hold which prefixes, as far as one can tell from what was sent to them: from the key of each prefix unit to the set of replicas that hold it.
/// Each replica has its share of memory, in which its least recently used units give way, the ends of chains before their beginnings. So a replica that holds a
/// unit holds those before it too, and matching is a binary search along the chain for all replicas at once. Two units with the same 64-bit key count as one.
/// </summary>
public sealed class PrefixIndex
{
    /// <summary>Bytes for each replica unless told otherwise: over 90,000 units.</summary>
    public const long StandardBytesPerReplica = 4 << 20;

    private readonly long bytesPerReplica;
    private PrefixTable table = new(words: 1);
    private PrefixRecency[] replicas = [];

    /// <summary>An empty index.</summary>
    /// <param name="bytesPerReplica">Most bytes for each replica, at least 64 KiB.</param>
    public PrefixIndex(long bytesPerReplica = StandardBytesPerReplica)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerReplica, 64 << 10);
        this.bytesPerReplica = bytesPerReplica;
    }

    /// <summary>Replicas in the index; they are numbered from 0.</summary>
    public int Replicas => replicas.Length;

    /// <summary>Distinct units held by anybody.</summary>
    public int DistinctUnits => table.Count;

    /// <summary>Bytes of all arrays: never more than the bytes for each replica times their number, and 64 KiB.</summary>
    public long Bytes => table.Bytes + replicas.Sum(static replica => replica.Bytes);

    /// <summary>Most units that one replica may hold.</summary>
    public int UnitsPerReplica => Capacity(table.Words);

    /// <summary>Units that a replica is thought to hold.</summary>
    public int Units(int replica) => replicas[replica].Count;

    /// <summary>Adds replicas that hold nothing until there are so many.</summary>
    public void EnsureReplicas(int count)
    {
        if (count <= replicas.Length)
        {
            return;
        }

        if (count > table.Words * 64)
        {
            Widen(Math.Max(table.Words * 2, (count + 63) / 64));
        }

        var first = replicas.Length;
        Array.Resize(ref replicas, count);
        for (var i = first; i < count; i++)
        {
            replicas[i] = new PrefixRecency(UnitsPerReplica);
        }
    }

    /// <summary>A replica computes a prefix, or uses it again: it is thought to hold it from now on.</summary>
    /// <param name="replica">Number of the replica.</param>
    /// <param name="chain">Ids of the prefix's units, in order.</param>
    /// <param name="seed">Sets apart what must not be shared.</param>
    public void Insert(int replica, ReadOnlySpan<long> chain, ulong seed = 0)
    {
        EnsureReplicas(replica + 1);
        var recency = replicas[replica];

        // From the end to the beginning, so that the beginning is the most recent and goes last.
        for (var i = Math.Min(chain.Length, recency.Capacity) - 1; i >= 0; i--)
        {
            var key = Key(chain[i], seed);
            var node = table.Find(key);
            if (node >= 0 && table.IsHeld(node, replica))
            {
                recency.Touch(node);
                continue;
            }

            Hold(replica, recency, key, node);
        }
    }

    /// <summary>Finds how many leading units of a prefix each replica holds.</summary>
    /// <param name="chain">Ids of the prefix's units, in order.</param>
    /// <param name="seed">What they were inserted with.</param>
    /// <param name="units">Filled with a count for each replica.</param>
    public void Match(ReadOnlySpan<long> chain, ulong seed, Span<int> units)
    {
        if (units.Length < replicas.Length)
        {
            throw new ArgumentException($"There are {replicas.Length} replicas, but room for the counts of {units.Length} only.", nameof(units));
        }

        units.Clear();
        if (chain.IsEmpty)
        {
            return;
        }

        for (var word = 0; word < table.Words; word++)
        {
            var some = table.Holders(Key(chain[0], seed), word);
            if (some != 0)
            {
                var all = table.Holders(Key(chain[^1], seed), word) & some;
                Fill(units, word, all, chain.Length);
                Split(chain, seed, word, (1, some), (chain.Length, all), units);
            }
        }
    }

    /// <summary>A replica has lost its cache.</summary>
    public void Clear(int replica)
    {
        if ((uint)replica >= (uint)replicas.Length)
        {
            return;
        }

        var recency = replicas[replica];
        while (recency.Count > 0)
        {
            table.Drop(recency.RemoveOldest(), replica);
        }
    }

    /// <summary>Finds the ends of those that hold the lower number of units but not the upper one.</summary>
    private void Split(ReadOnlySpan<long> chain, ulong seed, int word, (int Units, ulong Holders) lower, (int Units, ulong Holders) upper, Span<int> units)
    {
        while (lower.Holders != upper.Holders)
        {
            if (upper.Units - lower.Units == 1)
            {
                Fill(units, word, lower.Holders & ~upper.Holders, lower.Units);
                return;
            }

            var middle = lower.Units + ((upper.Units - lower.Units) / 2);
            var holders = table.Holders(Key(chain[middle - 1], seed), word) & lower.Holders;
            if (holders != lower.Holders)
            {
                Split(chain, seed, word, lower, (middle, holders), units);
            }

            lower = (middle, holders);
        }
    }

    private static void Fill(Span<int> units, int word, ulong holders, int count)
    {
        for (; holders != 0; holders &= holders - 1)
        {
            units[(word * 64) + BitOperations.TrailingZeroCount(holders)] = count;
        }
    }

    private void Hold(int replica, PrefixRecency recency, ulong key, int node)
    {
        if (recency.Count == recency.Capacity)
        {
            table.Drop(recency.RemoveOldest(), replica);
        }

        node = node >= 0 ? node : table.Add(key, (int)Math.Min((long)replicas.Length * recency.Capacity, Array.MaxLength / table.Words));
        table.Hold(node, replica);
        recency.Add(node);
    }

    /// <summary>More replicas than bits: builds all anew with wider sets, the least recently used first, so that the order stays.</summary>
    private void Widen(int words)
    {
        var (oldTable, oldReplicas) = (table, replicas);
        table = new PrefixTable(words);
        replicas = new PrefixRecency[oldReplicas.Length];
        for (var i = 0; i < replicas.Length; i++)
        {
            replicas[i] = new PrefixRecency(UnitsPerReplica);
        }

        for (var i = 0; i < replicas.Length; i++)
        {
            while (oldReplicas[i].Count > 0)
            {
                var key = oldTable.Key(oldReplicas[i].RemoveOldest());
                Hold(i, replicas[i], key, table.Find(key));
            }
        }
    }

    private int Capacity(int words) => (int)Math.Min(bytesPerReplica / (PrefixTable.BytesPerUnit(words) + PrefixRecency.BytesPerUnit), int.MaxValue / 64);

    private static ulong Key(long id, ulong seed) => Rng.Mix((ulong)id ^ seed);
}
