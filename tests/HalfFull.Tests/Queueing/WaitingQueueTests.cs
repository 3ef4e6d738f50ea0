using FsCheck;
using FsCheck.Fluent;
using HalfFull.Queueing;

namespace HalfFull.Tests.Queueing;

public sealed class WaitingQueueTests
{
    [Fact]
    public void Orders_by_key_then_arrival_then_id()
    {
        var queue = new WaitingQueue<Request>(new SizeOrder(static entry => entry.Request.PromptTokens));
        Add(queue, Given.Request(id: 3, prompt: 5, arrival: 2));
        Add(queue, Given.Request(id: 2, prompt: 5, arrival: 1));
        Add(queue, Given.Request(id: 1, prompt: 5, arrival: 1));
        Add(queue, Given.Request(id: 4, prompt: 4, arrival: 3));

        Assert.Equal([4, 1, 2, 3], InOrder(queue));
    }

    [Fact]
    public void A_removed_item_is_not_seen_and_its_handle_is_refused()
    {
        var queue = new WaitingQueue<Request>(new ArrivalOrder());
        var handle = Add(queue, Given.Request(id: 1));
        Add(queue, Given.Request(id: 2));
        queue.Remove(handle);

        Assert.Equal([2], InOrder(queue));
        Assert.Throws<ArgumentException>(() => queue.Remove(handle));
    }

    [Fact]
    public void A_change_ends_a_pass()
    {
        var queue = new WaitingQueue<Request>(new ArrivalOrder());
        Add(queue, Given.Request(id: 1));
        var pass = queue.InOrder(TimeSpan.Zero);
        Add(queue, Given.Request(id: 2));

        Assert.Throws<InvalidOperationException>(() => pass.MoveNext());
    }

    [Fact]
    public void Knows_the_oldest_arrival_over_all_groups()
    {
        var queue = new WaitingQueue<Request>(new MovingOrder());
        Assert.Null(queue.OldestArrival);
        Add(queue, Given.Request(id: 1, arrival: 7));
        var oldest = Add(queue, Given.Request(id: 2, arrival: 3));
        Assert.Equal(TimeSpan.FromSeconds(3), queue.OldestArrival);
        queue.Remove(oldest);
        Assert.Equal(TimeSpan.FromSeconds(7), queue.OldestArrival);
    }

    /// <summary>The search by bounds against a plain sort, after any adds and removes, with keys that move by time, load and group.</summary>
    [Fact]
    public void Best_first_search_equals_a_full_sort()
    {
        Prop.ForAll(
            ArbMap.Default.ArbFor<ulong>(),
            Gen.Choose(1, 1200).ToArbitrary(),
            static (seed, operations) =>
            {
                var rng = new Rng(seed);
                var order = new MovingOrder();
                var queue = new WaitingQueue<Request>(order);
                var present = new List<(int Handle, Request Request)>();
                for (var i = 0; i < operations; i++)
                {
                    if (present.Count > 0 && rng.NextInt32(3) == 0)
                    {
                        var index = rng.NextInt32(present.Count);
                        queue.Remove(present[index].Handle);
                        present.RemoveAt(index);
                    }
                    else
                    {
                        var request = Given.Request(id: i, prompt: 1 + rng.NextInt32(50), arrival: rng.NextInt32(20));
                        present.Add((Add(queue, request), request));
                    }
                }

                var now = TimeSpan.FromSeconds(20 + rng.NextInt32(100));
                var found = InOrder(queue, now);
                order.Freeze(new QueueMoment(now, queue.Count, queue.OldestArrival ?? now));
                var sorted = present
                    .Select(item => (item.Request, Key: order.Key(order.Features(Given.Entry(item.Request)), order.Group(Given.Entry(item.Request)))))
                    .OrderBy(item => item.Key).ThenBy(item => item.Request.Arrival).ThenBy(item => item.Request.Id)
                    .Select(item => item.Request.Id);
                return found.SequenceEqual(sorted);
            }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Finding_the_first_of_a_hundred_thousand_touches_few_of_them()
    {
        var order = new MovingOrder();
        var queue = new WaitingQueue<Request>(order);
        var rng = new Rng(1);
        for (var i = 0; i < 100_000; i++)
        {
            Add(queue, Given.Request(id: i, prompt: 1 + rng.NextInt32(5000), arrival: i * 0.01));
        }

        order.Calls = 0;
        var pass = queue.InOrder(TimeSpan.FromSeconds(2000));
        Assert.True(pass.MoveNext());
        Assert.InRange(order.Calls, 1, 5_000);
    }

    [Fact]
    public void A_pass_allocates_nothing()
    {
        var queue = new WaitingQueue<Request>(new ArrivalOrder());
        for (var i = 0; i < 1000; i++)
        {
            Add(queue, Given.Request(id: i, arrival: i));
        }

        Walk();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Walk();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Walk()
        {
            foreach (var request in queue.InOrder(TimeSpan.Zero))
            {
                Assert.NotNull(request);
            }
        }
    }

    private static int Add(WaitingQueue<Request> queue, Request request) => queue.Add(request, Given.Entry(request));

    private static long[] InOrder(WaitingQueue<Request> queue, TimeSpan now = default)
    {
        var ids = new List<long>();
        foreach (var request in queue.InOrder(now))
        {
            ids.Add(request.Id);
        }

        return [.. ids];
    }

    /// <summary>Three groups with weights of their own, keys that move with time and with the length of the queue.</summary>
    private sealed class MovingOrder : IQueueOrder
    {
        private QueueMoment moment;

        internal int Calls { get; set; }

        public RankFeatures Features(in QueueEntry entry) => new(entry.Request.Arrival, entry.Request.PromptTokens);

        public int Group(in QueueEntry entry) => (int)(entry.Request.Id % 3);

        public void Freeze(in QueueMoment now) => moment = now;

        public double Key(in RankFeatures features, int group)
        {
            Calls++;
            var waited = (moment.Now - features.Arrival).TotalSeconds;
            return (features.First * (group + 1) * moment.Count * 0.001) - waited;
        }
    }
}
