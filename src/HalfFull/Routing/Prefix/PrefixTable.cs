namespace HalfFull.Routing.Prefix;

/// <summary>
/// Hash table from the key of a prefix unit to the set of replicas that hold it, as bits. Arrays of plain numbers, chained buckets, so that memory is what the
/// arrays take and a look-up is two reads.
/// </summary>
internal sealed class PrefixTable(int words)
{
    private const int FirstSize = 1024;
    private int[] buckets = new int[FirstSize]; // node + 1; 0: empty
    private ulong[] keys = new ulong[FirstSize];
    private int[] next = new int[FirstSize]; // node + 1 of the same bucket or of the free list
    private ulong[] holders = new ulong[FirstSize * words];
    private int free;
    private int used;

    /// <summary>Bytes that a unit takes here.</summary>
    public static int BytesPerUnit(int words) => sizeof(ulong) + (2 * sizeof(int)) + (words * sizeof(ulong));

    /// <summary>64-bit words in a set of replicas.</summary>
    public int Words => words;

    /// <summary>Distinct units held by anybody.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the arrays.</summary>
    public long Bytes => ((long)buckets.Length * sizeof(int)) + ((long)keys.Length * sizeof(ulong)) + ((long)next.Length * sizeof(int)) + ((long)holders.Length * sizeof(ulong));

    public ulong Key(int node) => keys[node];

    /// <summary>Node of a key; -1 when nobody holds it.</summary>
    public int Find(ulong key)
    {
        var node = buckets[Bucket(key)] - 1;
        while (node >= 0 && keys[node] != key)
        {
            node = next[node] - 1;
        }

        return node;
    }

    /// <summary>Replicas of one word that hold a key.</summary>
    public ulong Holders(ulong key, int word) => Find(key) is >= 0 and var node ? holders[(node * words) + word] : 0;

    public bool IsHeld(int node, int slot) => (holders[(node * words) + (slot >> 6)] & (1UL << slot)) != 0;

    public void Hold(int node, int slot) => holders[(node * words) + (slot >> 6)] |= 1UL << slot;

    /// <summary>A replica holds a unit no more; a unit that nobody holds goes.</summary>
    public void Drop(int node, int slot)
    {
        var bits = holders.AsSpan(node * words, words);
        bits[slot >> 6] &= ~(1UL << slot);
        if (!bits.ContainsAnyExcept(0UL))
        {
            Remove(node);
        }
    }

    /// <summary>Adds a key that is not there, held by nobody yet.</summary>
    /// <param name="key">The key.</param>
    /// <param name="most">Most units that may ever be held: growth stops there.</param>
    public int Add(ulong key, int most)
    {
        var node = free - 1;
        if (node >= 0)
        {
            free = next[node];
        }
        else
        {
            if (used == keys.Length)
            {
                Grow((int)Math.Min(most, used * 2L));
            }

            node = used++;
        }

        ref var bucket = ref buckets[Bucket(key)];
        keys[node] = key;
        next[node] = bucket;
        bucket = node + 1;
        Count++;
        return node;
    }

    private void Remove(int node)
    {
        ref var link = ref buckets[Bucket(keys[node])];
        while (link != node + 1)
        {
            link = ref next[link - 1];
        }

        link = next[node];
        next[node] = free;
        free = node + 1;
        Count--;
    }

    /// <summary>Only when no node is free, so that all are in use.</summary>
    private void Grow(int size)
    {
        Array.Resize(ref keys, size);
        Array.Resize(ref next, size);
        Array.Resize(ref holders, size * words);
        buckets = new int[size];
        for (var node = 0; node < used; node++)
        {
            ref var bucket = ref buckets[Bucket(keys[node])];
            next[node] = bucket;
            bucket = node + 1;
        }
    }

    private int Bucket(ulong key) => (int)Math.BigMul(key, (ulong)buckets.Length, out _);
}
