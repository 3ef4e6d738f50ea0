using System.Diagnostics;

namespace HalfFull.Queueing;

/// <summary>
/// Items of one group in insertion order, with the componentwise minimum of their features kept for every run of 16 items,
/// of 256, and so on. Adding costs O(log n); removing costs O(16 log n).
/// </summary>
internal sealed class FeatureTree
{
    internal const int FanOut = 16;
    private const int Shift = 4;

    private int[] handles = new int[FanOut];
    private RankFeatures[] leaves = new RankFeatures[FanOut];
    private RankFeatures[][] minima = [];
    private int tail;

    internal FeatureTree() => Array.Fill(leaves, RankFeatures.Empty);

    /// <summary>Items in the tree.</summary>
    internal int Count { get; private set; }

    /// <summary>Levels of minima above the items.</summary>
    internal int Height => minima.Length;

    /// <summary>Number of nodes at the top level that are in use.</summary>
    internal int TopCount => Height == 0 ? tail : ((tail - 1) >> (Shift * Height)) + 1;

    /// <summary>Componentwise minimum over all items.</summary>
    internal RankFeatures Minimum
    {
        get
        {
            var top = Height == 0 ? leaves : minima[^1];
            var minimum = RankFeatures.Empty;
            for (var i = 0; i < TopCount; i++)
            {
                minimum = RankFeatures.Min(minimum, top[i]);
            }

            return minimum;
        }
    }

    /// <summary>Features of the item at a position; <see cref="RankFeatures.Empty"/> where one was removed.</summary>
    internal ref readonly RankFeatures Leaf(int position) => ref leaves[position];

    /// <summary>Minimum over node <paramref name="index"/> of level <paramref name="level"/> (1 = runs of 16 items).</summary>
    internal ref readonly RankFeatures Node(int level, int index) => ref minima[level - 1][index];

    /// <summary>Handle of the item at a position; -1 where one was removed.</summary>
    internal int Handle(int position) => handles[position];

    /// <summary>Positions in use, removed ones included.</summary>
    internal int Positions => tail;

    /// <summary>Appends an item. May move others: <paramref name="positionOf"/> (indexed by handle) is kept true.</summary>
    internal void Add(int handle, in RankFeatures features, int[] positionOf)
    {
        if (tail == handles.Length)
        {
            Rebuild(positionOf);
        }

        var position = tail++;
        Count++;
        handles[position] = handle;
        positionOf[handle] = position;
        leaves[position] = features;
        Lower(position, features);
    }

    /// <summary>Removes the item at a position.</summary>
    internal void RemoveAt(int position)
    {
        Debug.Assert(handles[position] >= 0, "The position holds an item.");
        handles[position] = -1;
        leaves[position] = RankFeatures.Empty;
        if (--Count == 0)
        {
            Clear();
            return;
        }

        var below = leaves;
        for (var level = 0; level < minima.Length; level++)
        {
            position >>= Shift;
            var start = position << Shift;
            var end = Math.Min(start + FanOut, below.Length);
            var minimum = RankFeatures.Empty;
            for (var i = start; i < end; i++)
            {
                minimum = RankFeatures.Min(minimum, below[i]);
            }

            minima[level][position] = minimum;
            below = minima[level];
        }
    }

    private void Clear()
    {
        foreach (var level in minima)
        {
            Array.Fill(level, RankFeatures.Empty);
        }

        tail = 0;
    }

    private void Lower(int position, in RankFeatures features)
    {
        foreach (var level in minima)
        {
            position >>= Shift;
            level[position] = RankFeatures.Min(level[position], features);
        }
    }

    /// <summary>Closes the gaps; grows when fewer than half of the positions are gaps.</summary>
    private void Rebuild(int[] positionOf)
    {
        var capacity = Count > handles.Length / 2 ? handles.Length * 2 : handles.Length;
        var oldHandles = handles;
        var oldLeaves = leaves;
        if (capacity != handles.Length)
        {
            handles = new int[capacity];
            leaves = new RankFeatures[capacity];
            minima = NewMinima(capacity);
        }

        var kept = 0;
        for (var i = 0; i < oldHandles.Length; i++)
        {
            if (oldHandles[i] >= 0)
            {
                handles[kept] = oldHandles[i];
                leaves[kept] = oldLeaves[i];
                positionOf[oldHandles[i]] = kept++;
            }
        }

        Array.Fill(leaves, RankFeatures.Empty, kept, capacity - kept);
        foreach (var level in minima)
        {
            Array.Fill(level, RankFeatures.Empty);
        }

        tail = kept;
        for (var i = 0; i < kept; i++)
        {
            Lower(i, leaves[i]);
        }
    }

    /// <summary>Levels of minima until at most 16 nodes are left at the top.</summary>
    private static RankFeatures[][] NewMinima(int capacity)
    {
        var levels = new List<RankFeatures[]>();
        for (var nodes = capacity; nodes > FanOut;)
        {
            nodes = (nodes + FanOut - 1) >> Shift;
            levels.Add(new RankFeatures[nodes]);
        }

        return [.. levels];
    }
}
