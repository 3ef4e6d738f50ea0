using FsCheck;
using FsCheck.Fluent;
using HalfFull.Queueing;

namespace HalfFull.Tests.Queueing;

public sealed class AgedOrderTests
{
    [Fact]
    public void Waiting_for_one_age_counts_as_much_as_one_unit()
    {
        var queue = new WaitingQueue<Request>(AgedOrder.ByTime(new SizeOrder(static entry => entry.Request.PromptTokens), TimeSpan.FromSeconds(2)));
        Add(queue, Given.Request(id: 1, prompt: 5, arrival: 0));
        Add(queue, Given.Request(id: 2, prompt: 2, arrival: 5.9));
        Add(queue, Given.Request(id: 3, prompt: 2, arrival: 6.1));

        Assert.Equal([2, 1, 3], InOrder(queue));
    }

    [Fact]
    public void Steps_count_from_joining_the_queue()
    {
        var order = AgedOrder.BySteps(new SizeOrder(static entry => entry.Request.PromptTokens), steps: 10);
        var queue = new WaitingQueue<Request>(order);
        Add(queue, Given.Request(id: 1, prompt: 5));
        order.Passed(29);
        Add(queue, Given.Request(id: 2, prompt: 2));
        order.Passed(2);
        Add(queue, Given.Request(id: 3, prompt: 2));

        Assert.Equal([2, 1, 3], InOrder(queue));
    }

    [Fact]
    public void An_order_that_needs_the_third_feature_cannot_be_aged_by_steps() =>
        Assert.Throws<InvalidOperationException>(
            () => AgedOrder.BySteps(new ThreeFeatures(), steps: 1).Features(Given.Entry(Given.Request())));

    /// <summary>The starving adversary: a stream of better-ranked newcomers, one served a second, overtakes an aged request for a bounded time only.</summary>
    [Fact]
    public void Nobody_is_overtaken_for_ever()
    {
        var queue = new WaitingQueue<Request>(AgedOrder.ByTime(new SizeOrder(static entry => entry.Request.PromptTokens), TimeSpan.FromSeconds(1)));
        Add(queue, Given.Request(id: 0, prompt: 51, arrival: 0));
        var handles = new Dictionary<long, int>();
        for (var id = 1; ; id++)
        {
            handles[id] = Add(queue, Given.Request(id: id, prompt: 1, arrival: id));
            var first = InOrder(queue, TimeSpan.FromSeconds(id))[0];
            if (first == 0)
            {
                Assert.Equal(50, id);
                return;
            }

            queue.Remove(handles[first]);
        }
    }

    [Fact]
    public void Its_bounds_hold_for_a_moving_inner_order() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<ulong>(),
            static seed =>
            {
                var rng = new Rng(seed);
                var order = AgedOrder.ByTime(new Hrrn(), TimeSpan.FromSeconds(0.1 + rng.NextDouble()));
                var queue = new WaitingQueue<Request>(order);
                var requests = Enumerable.Range(0, 300).Select(id => Given.Request(id: id, prompt: 1 + rng.NextInt32(99), arrival: rng.NextInt32(40))).ToArray();
                Array.ForEach(requests, request => Add(queue, request));
                var found = InOrder(queue, TimeSpan.FromSeconds(50));
                return found.SequenceEqual(requests
                    .OrderBy(request => order.Key(order.Features(Given.Entry(request)), 0)).ThenBy(request => request.Arrival).ThenBy(request => request.Id)
                    .Select(request => request.Id));
            }).QuickCheckThrowOnFailure();

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

    private sealed class ThreeFeatures : IQueueOrder
    {
        public RankFeatures Features(in QueueEntry entry) => new(entry.Request.Arrival, 1, 2, 3);

        public double Key(in RankFeatures features, int group) => features.Third;
    }

    private sealed class Hrrn : IQueueOrder
    {
        private TimeSpan now;

        public RankFeatures Features(in QueueEntry entry) => new(entry.Request.Arrival, entry.Request.PromptTokens);

        public void Freeze(in QueueMoment moment) => now = moment.Now;

        public double Key(in RankFeatures features, int group) => -((now - features.Arrival).TotalSeconds / features.First);
    }
}
