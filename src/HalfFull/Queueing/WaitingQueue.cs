using System.Runtime.InteropServices;

namespace HalfFull.Queueing;

/// <summary>
/// Items waiting in the order of an <see cref="IQueueOrder"/>. Adding and removing cost O(log n); a pass finds the first k items by best-first
/// search over bounds, so its cost grows with k and not with the queue, although every key may have moved since the last pass.
/// Engines and the gateway use the same type. Not thread-safe.
/// </summary>
/// <typeparam name="T">What waits.</typeparam>
public sealed class WaitingQueue<T>
    where T : class
{
    private readonly IQueueOrder order;
    private readonly List<FeatureTree> groups = [];
    private Slot[] slots = new Slot[16];
    private int[] positionOf = new int[16];
    private int freeSlot = -1;
    private int usedSlots;
    private Candidate[] heap = new Candidate[64];
    private int heapCount;
    private int pass;

    /// <summary>An empty queue.</summary>
    public WaitingQueue(IQueueOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        this.order = order;
    }

    /// <summary>Items waiting.</summary>
    public int Count { get; private set; }

    /// <summary>Earliest arrival among the waiting items; null when there are none.</summary>
    public TimeSpan? OldestArrival
    {
        get
        {
            var oldest = TimeSpan.MaxValue;
            for (var g = 0; g < groups.Count; g++)
            {
                if (groups[g].Count > 0)
                {
                    var arrival = groups[g].Minimum.Arrival;
                    oldest = arrival < oldest ? arrival : oldest;
                }
            }

            return Count > 0 ? oldest : null;
        }
    }

    /// <summary>What waits, in no order that means anything.</summary>
    public IEnumerable<T> Items => slots.Take(usedSlots).Select(static slot => slot.Item).OfType<T>();

    /// <summary>Adds an item and returns the handle with which it is removed.</summary>
    public int Add(T item, in QueueEntry entry)
    {
        ArgumentNullException.ThrowIfNull(item);
        var group = order.Group(entry);
        while (groups.Count <= group)
        {
            groups.Add(new FeatureTree());
        }

        var handle = TakeSlot();
        slots[handle] = new Slot { Item = item, Id = entry.Request.Id, Group = group };
        groups[group].Add(handle, order.Features(entry), positionOf);
        Count++;
        pass++;
        return handle;
    }

    /// <summary>Removes the item of a handle returned by <see cref="Add"/>.</summary>
    public void Remove(int handle)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(handle);
        if (handle >= usedSlots || slots[handle].Item is null)
        {
            throw new ArgumentException($"The queue holds nothing under handle {handle}.", nameof(handle));
        }

        groups[slots[handle].Group].RemoveAt(positionOf[handle]);
        slots[handle] = new Slot { Id = freeSlot };
        freeSlot = handle;
        Count--;
        pass++;
    }

    /// <summary>Starts a pass: freezes the order at <paramref name="now"/> and enumerates lazily, first in order first.
    /// A change of the queue or a new pass ends the old one.</summary>
    public Enumerator InOrder(TimeSpan now)
    {
        heapCount = 0;
        pass++;
        order.Freeze(new QueueMoment(now, Count, OldestArrival ?? now));
        for (var g = 0; g < groups.Count; g++)
        {
            var tree = groups[g];
            if (tree.Count > 0)
            {
                Expand(g, tree.Height, 0, tree.TopCount);
            }
        }

        return new Enumerator(this);
    }

    private int TakeSlot()
    {
        if (freeSlot >= 0)
        {
            var reused = freeSlot;
            freeSlot = (int)slots[reused].Id;
            return reused;
        }

        if (usedSlots == slots.Length)
        {
            Array.Resize(ref slots, usedSlots * 2);
            Array.Resize(ref positionOf, usedSlots * 2);
        }

        return usedSlots++;
    }

    /// <summary>Pushes the nodes (or, at level 0, the items) with the given indices of one level.</summary>
    private void Expand(int group, int level, int start, int end)
    {
        var tree = groups[group];
        for (var i = start; i < end; i++)
        {
            if (level > 0)
            {
                ref readonly var node = ref tree.Node(level, i);
                if (node.Arrival != TimeSpan.MaxValue)
                {
                    Push(new Candidate { Key = order.Bound(node, group), Group = group, Level = level, Index = i });
                }
            }
            else if (tree.Handle(i) is >= 0 and var handle)
            {
                ref readonly var leaf = ref tree.Leaf(i);
                Push(new Candidate
                {
                    Key = order.Key(leaf, group),
                    Arrival = leaf.Arrival,
                    Id = slots[handle].Id,
                    Group = group,
                    Index = handle,
                });
            }
        }
    }

    /// <summary>Pops until an item comes first.</summary>
    private bool Next(out T? item)
    {
        while (heapCount > 0)
        {
            var first = Pop();
            if (first.Level == 0)
            {
                item = slots[first.Index].Item;
                return true;
            }

            var tree = groups[first.Group];
            var below = first.Level - 1;
            var start = first.Index * FeatureTree.FanOut;
            var positions = ((tree.Positions - 1) >> (4 * below)) + 1;
            Expand(first.Group, below, start, Math.Min(start + FeatureTree.FanOut, positions));
        }

        item = null;
        return false;
    }

    private void Push(in Candidate candidate)
    {
        if (heapCount == heap.Length)
        {
            Array.Resize(ref heap, heapCount * 2);
        }

        var child = heapCount++;
        while (child > 0)
        {
            var parent = (child - 1) >> 1;
            if (!Candidate.Before(candidate, heap[parent]))
            {
                break;
            }

            heap[child] = heap[parent];
            child = parent;
        }

        heap[child] = candidate;
    }

    private Candidate Pop()
    {
        var first = heap[0];
        var last = heap[--heapCount];
        var parent = 0;
        while (true)
        {
            var child = (2 * parent) + 1;
            if (child >= heapCount)
            {
                break;
            }

            if (child + 1 < heapCount && Candidate.Before(heap[child + 1], heap[child]))
            {
                child++;
            }

            if (!Candidate.Before(heap[child], last))
            {
                break;
            }

            heap[parent] = heap[child];
            parent = child;
        }

        heap[parent] = last;
        return first;
    }

    /// <summary>Enumerates one pass. Allocates nothing.</summary>
    [StructLayout(LayoutKind.Auto)]
    public struct Enumerator
    {
        private readonly WaitingQueue<T> queue;
        private readonly int pass;
        private T? current;

        internal Enumerator(WaitingQueue<T> queue)
        {
            this.queue = queue;
            pass = queue.pass;
        }

        /// <summary>The item reached.</summary>
        public readonly T Current => current ?? throw new InvalidOperationException("Call MoveNext first.");

        /// <summary>Moves to the next item in order.</summary>
        /// <exception cref="InvalidOperationException">The queue changed, or a new pass began.</exception>
        public bool MoveNext()
        {
            if (pass != queue.pass)
            {
                throw new InvalidOperationException("The waiting queue changed, or another pass over it began, during this pass.");
            }

            return queue.Next(out current);
        }

        /// <summary>Lets <c>foreach</c> take the enumerator itself.</summary>
        public readonly Enumerator GetEnumerator() => this;
    }

    private struct Slot
    {
        internal T? Item;
        internal long Id;
        internal int Group;
    }

    private struct Candidate
    {
        internal double Key;
        internal TimeSpan Arrival;
        internal long Id;
        internal int Group;
        internal int Level;
        internal int Index;

        /// <summary>A node goes before an item of equal key: it may hold an item that arrived earlier.</summary>
        internal static bool Before(in Candidate a, in Candidate b)
        {
            if (a.Key != b.Key)
            {
                return a.Key < b.Key;
            }

            if ((a.Level > 0) != (b.Level > 0))
            {
                return a.Level > 0;
            }

            return a.Arrival != b.Arrival ? a.Arrival < b.Arrival : a.Id < b.Id;
        }
    }
}
