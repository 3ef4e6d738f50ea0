namespace HalfFull.Routing.Prefix;

/// <summary>The units that one replica is thought to hold, from the most to the least recently used: which of them goes when its share of memory is full.</summary>
internal sealed class PrefixRecency(int capacity)
{
    private const int FirstSize = 256;
    private int[] buckets = new int[Math.Min(FirstSize, capacity)]; // entry + 1; 0: empty
    private int[] chain = new int[Math.Min(FirstSize, capacity)]; // entry + 1 of the same bucket or of the free list
    private int[] nodes = new int[Math.Min(FirstSize, capacity)];
    private int[] newer = new int[Math.Min(FirstSize, capacity)];
    private int[] older = new int[Math.Min(FirstSize, capacity)];
    private int newest = -1;
    private int oldest = -1;
    private int free;
    private int used;

    /// <summary>Bytes that a unit takes here.</summary>
    public const int BytesPerUnit = 5 * sizeof(int);

    /// <summary>Most units.</summary>
    public int Capacity => capacity;

    /// <summary>Units held.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the arrays.</summary>
    public long Bytes => (long)nodes.Length * BytesPerUnit;

    /// <summary>Node of the least recently used unit; there must be one.</summary>
    public int OldestNode => nodes[oldest];

    /// <summary>Makes a unit that is held the most recent one.</summary>
    public void Touch(int node)
    {
        var entry = buckets[Bucket(node)] - 1;
        while (nodes[entry] != node)
        {
            entry = chain[entry] - 1;
        }

        if (entry != newest)
        {
            Unlink(entry);
            LinkNewest(entry);
        }
    }

    /// <summary>Adds a unit that is not held, as the most recent one. There must be room.</summary>
    public void Add(int node)
    {
        var entry = free - 1;
        if (entry >= 0)
        {
            free = chain[entry];
        }
        else
        {
            if (used == nodes.Length)
            {
                Grow((int)Math.Min(capacity, used * 2L));
            }

            entry = used++;
        }

        ref var bucket = ref buckets[Bucket(node)];
        nodes[entry] = node;
        chain[entry] = bucket;
        bucket = entry + 1;
        LinkNewest(entry);
        Count++;
    }

    /// <summary>Takes out the least recently used unit and returns its node.</summary>
    public int RemoveOldest()
    {
        var entry = oldest;
        ref var link = ref buckets[Bucket(nodes[entry])];
        while (link != entry + 1)
        {
            link = ref chain[link - 1];
        }

        link = chain[entry];
        Unlink(entry);
        chain[entry] = free;
        free = entry + 1;
        Count--;
        return nodes[entry];
    }

    private void Unlink(int entry)
    {
        if (newer[entry] >= 0)
        {
            older[newer[entry]] = older[entry];
        }
        else
        {
            newest = older[entry];
        }

        if (older[entry] >= 0)
        {
            newer[older[entry]] = newer[entry];
        }
        else
        {
            oldest = newer[entry];
        }
    }

    private void LinkNewest(int entry)
    {
        newer[entry] = -1;
        older[entry] = newest;
        if (newest >= 0)
        {
            newer[newest] = entry;
        }
        else
        {
            oldest = entry;
        }

        newest = entry;
    }

    private void Grow(int size)
    {
        Array.Resize(ref chain, size);
        Array.Resize(ref nodes, size);
        Array.Resize(ref newer, size);
        Array.Resize(ref older, size);
        buckets = new int[size];
        for (var entry = 0; entry < used; entry++)
        {
            ref var bucket = ref buckets[Bucket(nodes[entry])];
            chain[entry] = bucket;
            bucket = entry + 1;
        }
    }

    // Nodes are dense: a multiplication by the golden ratio spreads them over the buckets.
    private int Bucket(int node) => (int)(((ulong)((uint)node * 0x9E3779B9u) * (ulong)buckets.Length) >> 32);
}
