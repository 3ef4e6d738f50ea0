using HalfFull.Queueing;
using HalfFull.Queueing.Queues;
using HalfFull.Routing;
using HalfFull.Scheduling;
using HalfFull.Tests.Contracts;
using HalfFull.Tests.Scheduling;

namespace HalfFull.Tests.Queueing.Queues;

public sealed class LarryQueueTests
{
    /// <summary>Two replicas of 10,000 tokens a second: C = 5000 / 20000 = 0.25 s; x = (10 + 2) * 0.25 = 3 s; P = 180 * 3 / 183 s; W = 4 s.</summary>
    [Fact]
    public void The_fleet_prefills_as_fast_as_its_replicas_together()
    {
        var rates = new FleetRates();
        rates.Take([Replica(0, 8000), Replica(1, 12_000)]);
        var order = new LarryQueue(new LarryQueue.Options(), rates).Order;
        order.Freeze(new QueueMoment(TimeSpan.FromSeconds(4), 2, TimeSpan.Zero));

        Assert.Equal((180 * 3 / 183.0) - 4, order.Key(order.Features(Given.Entry(Given.Request(prompt: 5000))), 0), 1e-9);
    }

    [Fact]
    public void A_replica_of_unknown_rate_counts_with_the_mean_of_the_others()
    {
        var rates = new FleetRates();
        rates.Take([Replica(0, null)]);
        Assert.Equal((10_000, false), (rates.PrefillTokensPerSecond, rates.IsLearned));
        rates.Take([Replica(0, 4000), Replica(1, null), Replica(2, double.NaN)]);
        Assert.Equal((12_000, true), (rates.PrefillTokensPerSecond, rates.IsLearned));
        rates.Take([]);
        Assert.Equal(12_000, rates.PrefillTokensPerSecond);
    }

    /// <summary>Held for a second: b = 1 / 2, and a second after it ended half of that.</summary>
    [Fact]
    public void Memory_presses_while_somebody_is_held_for_it_and_fades()
    {
        var rates = new FleetRates();
        rates.Take([Replica(0, 10_000)]);
        var queue = new LarryQueue(new LarryQueue.Options(), rates);
        queue.MemoryChanged(TimeSpan.FromSeconds(1), isHeld: true);
        Assert.Equal(Key(b: 0.5), Key(2), 1e-9);
        queue.MemoryChanged(TimeSpan.FromSeconds(2), isHeld: false);
        Assert.Equal(Key(b: 0.25), Key(3), 1e-9);

        double Key(double seconds = 0, double? b = null)
        {
            var x = 10 * (0.1 + (b.GetValueOrDefault() * (1000 + 256) / 500));
            if (b is not null)
            {
                return 180 * x / (180 + x);
            }

            // It has just arrived: W = 0.
            var now = TimeSpan.FromSeconds(seconds);
            queue.Order.Freeze(new QueueMoment(now, 0, now));
            return queue.Order.Key(queue.Order.Features(Given.Entry(Given.Request(prompt: 1000, arrival: seconds))), 0);
        }
    }

    /// <summary>The bound written out, with a small A so that it is tried, against everybody who waited.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(10)]
    public void Nobody_is_passed_by_a_request_that_came_later_than_A_or_half_the_wait(double a)
    {
        var (releases, _) = QueueContract.Overloaded($"larry:a={a},base=100", 4, new FrontLimits());
        var overtakings = 0;
        foreach (var (time, decision) in releases)
        {
            foreach (var (later, other) in releases.SkipWhile(item => item.Decision.Request!.Id != decision.Request!.Id).Skip(1))
            {
                var (waited, after) = ((time - other.Request!.Arrival).TotalSeconds, (decision.Request!.Arrival - other.Request.Arrival).TotalSeconds);
                overtakings += later >= time && after > 0 ? 1 : 0;
                Assert.True(waited < 0 || after <= Math.Max(a, waited / 2) + 1e-6, $"{decision.Request} passed {other.Request} at {time}.");
            }
        }

        Assert.NotEqual(0, overtakings);
    }

    /// <summary>The same check on an order without a bound: it can fail, and so can the scheduler's own.</summary>
    [Fact]
    public void An_order_without_a_bound_breaks_it()
    {
        var (releases, _) = QueueContract.Overloaded("sjf", 4, new FrontLimits());
        var policy = new LarryQueue(new LarryQueue.Options { A = 2 }, new FleetRates());
        Assert.Contains(releases, item => Overtaking.Worst(policy, item.Time, item.Decision.Request!, releases) > TimeSpan.FromSeconds(1));
    }

    private static FrontReplica Replica(int id, double? rate) => new(new ReplicaView { Replica = id, PrefillTokensPerSecond = rate }, 0, 0, IsReported: true);
}
