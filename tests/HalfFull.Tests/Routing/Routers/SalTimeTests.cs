using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

/// <summary>What <c>sal:form=time</c> must come to where one term decides, and that it has no hidden unit.</summary>
public sealed class SalTimeTests
{
    private readonly Sal router = new(new Sal.Options { Form = Sal.CostForm.Time }, new RouterSeed(1));

    [Fact]
    public void Without_any_deficit_equal_replicas_are_told_apart_by_queued_prefill_tokens_alone()
    {
        var few = Busy(0) with { QueuedPrefillTokens = 900, Waiting = 9, KvTokensInUse = 60_000 };
        var many = Busy(1) with { QueuedPrefillTokens = 1000, Waiting = 1, KvTokensInUse = 1_000 };

        Assert.All(Given.Chosen(router, 20, few, many), static replica => Assert.Equal(0, replica));
    }

    [Fact]
    public void With_equal_prompts_that_is_the_fewest_requests_that_are_not_prefilled()
    {
        var candidates = Enumerable.Range(0, 5).Select(static replica => Busy(replica) with { Waiting = 3 + ((replica * 2) % 5), QueuedPrefillTokens = 500 * (3 + ((replica * 2) % 5)) });

        Assert.All(Given.Chosen(router, 20, [.. candidates]), static replica => Assert.Equal(0, replica));
    }

    /// <summary>Missing 3,000 at 1,000 a second against 4,000 at 2,000 a second.</summary>
    [Fact]
    public void With_empty_queues_the_shortest_wait_for_memory_decides()
    {
        var slow = Busy(0) with { KvTokensInUse = 102_000 };
        var fast = Busy(1) with { KvTokensInUse = 103_000, ReleasedTokensPerSecond = 2_000 };

        Assert.All(Given.Chosen(router, 20, slow, fast), static replica => Assert.Equal(1, replica));
    }

    [Fact]
    public void When_all_are_idle_the_way_and_the_own_prefill_decide_then_chance()
    {
        var far = Given.Idle(0) with { Latency = TimeSpan.FromMilliseconds(90), CachedPromptTokens = 600 };
        var near = Given.Idle(1) with { Latency = TimeSpan.FromMilliseconds(10) };
        var fast = Given.Idle(2) with { Latency = TimeSpan.FromMilliseconds(10), PrefillTokensPerSecond = 20_000 };

        Assert.All(Given.Chosen(router, 20, far, near), static replica => Assert.Equal(1, replica));
        Assert.All(Given.Chosen(router, 20, far, near, fast), static replica => Assert.Equal(2, replica));
        Assert.InRange(Given.Chosen(router, 400, near, near with { Replica = 5 }).Count(static replica => replica == 5), 150, 250);
    }

    [Fact]
    public void Without_a_known_capacity_tokens_decide()
    {
        var few = Given.Idle(0) with { KvCapacityTokens = null, QueuedPrefillTokens = 100, KvTokensInUse = 1_000_000, Running = 90 };
        var many = Given.Idle(1) with { KvCapacityTokens = null, QueuedPrefillTokens = 200, Running = 90 };

        Assert.All(Given.Chosen(router, 20, few, many), static replica => Assert.Equal(0, replica));
    }

    [Fact]
    public void A_release_rate_of_nothing_is_an_unknown_one_and_never_infinite()
    {
        var stuck = Busy(0) with { KvTokensInUse = 101_000, ReleasedTokensPerSecond = 0 };
        var scores = Given.Scores(router, Given.Route(), stuck, Busy(1) with { KvTokensInUse = 101_000 });

        Assert.Equal(scores[1], scores[0]);
    }

    [Fact]
    public void Memory_in_use_without_any_request_is_a_stale_report()
    {
        var emptied = Given.Idle(0) with { KvTokensInUse = 150_000 };

        Assert.Equal(0.1, Given.Scores(router, Given.Route(), emptied)[0], 1e-12);
    }

    /// <summary>Of what requests of 300 prompt and 200 output tokens free, growth takes back two fifths: 2,000 tokens at 600 a second.</summary>
    [Fact]
    public void Growth_takes_its_part_of_what_is_freed()
    {
        var view = Busy(0) with { KvTokensInUse = 101_000, InFlightRequests = 10, InFlightPromptTokens = 3000 };

        Assert.Equal((2000 / 600.0) + 0.1, Given.Scores(router, Given.Route(), view)[0], 1e-12);
    }

    [Fact]
    public void A_step_in_progress_is_half_over_on_average()
    {
        var view = Busy(0) with { SecondsPerStep = 0.04 };

        Assert.Equal(0.12, Given.Scores(router, Given.Route(), view)[0], 1e-12);
        Assert.Equal(0.1, Given.Scores(router, Given.Route(), Given.Idle(0) with { SecondsPerStep = 0.04 })[0], 1e-12);
    }

    [Fact]
    public void The_cost_never_falls_when_things_get_worse()
    {
        var rng = new Rng(1);
        for (var i = 0; i < 500; i++)
        {
            var view = Given.Random(0, rng) with { Running = 3, QueuedPrefillTokens = 5_000, KvTokensInUse = 90_000, KvTokensQueued = 4_000, CachedPromptTokens = 100, KvCapacityTokens = 100_000 };
            view = view with { PrefillTokensPerSecond = 8_000, ReleasedTokensPerSecond = 900 };
            var cost = Cost(view);
            Assert.True(Cost(view with { QueuedPrefillTokens = 6_000 }) >= cost);
            Assert.True(Cost(view with { KvTokensInUse = 95_000 }) >= cost);
            Assert.True(Cost(view with { KvTokensQueued = 9_000 }) >= cost);
            Assert.True(Cost(view with { CachedPromptTokens = 50 }) >= cost);
            Assert.True(Cost(view with { Latency = view.Latency + TimeSpan.FromMilliseconds(1) }) >= cost);
            Assert.True(Cost(view with { CachedPromptTokens = 500 }) <= cost);
            Assert.True(Cost(view with { PrefillTokensPerSecond = 9_000, Age = TimeSpan.Zero }) <= Cost(view with { Age = TimeSpan.Zero }));
            Assert.True(Cost(view with { KvCapacityTokens = 120_000 }) <= cost);
            Assert.True(Cost(view with { ReleasedTokensPerSecond = 1_000 }) <= cost);
        }

        double Cost(in ReplicaView view) => Given.Scores(router, Given.Route(), view)[0];
    }

    [Fact]
    public void In_other_units_of_time_the_choice_is_the_same()
    {
        var rng = new Rng(2);
        for (var id = 0; id < 300; id++)
        {
            var candidates = Enumerable.Range(0, 5).Select(replica => Given.Random(replica, rng) with { PrefillTokensPerSecond = 5_000 + rng.NextInt32(9_000), ReleasedTokensPerSecond = 700 + rng.NextInt32(900), SecondsPerStep = 0.03 });
            var slowed = candidates.ToArray();
            var request = Given.Route(id);
            var scaled = slowed.Select(static view => view with
            {
                PrefillTokensPerSecond = view.PrefillTokensPerSecond / 8,
                ReleasedTokensPerSecond = view.ReleasedTokensPerSecond / 8,
                SecondsPerStep = view.SecondsPerStep * 8,
                Latency = view.Latency * 8,
                Age = view.Age * 8,
            }).ToArray();

            Assert.Equal(router.Choose(request, slowed, default).Index, router.Choose(request, scaled, default).Index);
        }
    }

    private static ReplicaView Busy(int replica) => Given.Idle(replica) with { Running = 4 };
}
