using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

/// <summary>Each term of SAL's cost, worked out by hand. An idle replica prefills a prompt of 1,000 tokens in 0.1 s.</summary>
public sealed class SalTests
{
    [Fact]
    public void An_idle_replica_costs_the_time_of_the_prefill() => Costs(0.1, Given.Idle(0));

    [Fact]
    public void Queued_prefill_counts_in_seconds() => Costs((2000 + 1000) / 10_000.0, Given.Idle(0) with { QueuedPrefillTokens = 2000 });

    [Fact]
    public void A_prefix_hit_saves_its_tokens()
    {
        var hit = Given.Idle(0) with { CachedPromptTokens = 600 };
        Costs(0.04, hit);
        Costs(0.1, hit, new Sal.Options { Cache = false });
        Assert.True(Create(new Sal.Options()).NeedsPrefixHits);
        Assert.False(Create(new Sal.Options { Cache = false }).NeedsPrefixHits);
    }

    /// <summary>K + Z + P + G - C = 80,000 + 15,000 + 1,000 + 30 * 200 - 100,000 = 2,000 tokens missing: 2 s at 1,000 tokens/s.</summary>
    [Fact]
    public void Missing_memory_counts_until_it_is_released()
    {
        var full = Given.Idle(0) with { KvTokensInUse = 80_000, KvTokensQueued = 15_000, Running = 30 };
        Costs((2 + (0.2 * 0.95)) * (1 + (0.02 * 30)), full);
        Costs((0.1 + (0.2 * 0.95)) * 1.6, full, new Sal.Options { Memory = false });
        Costs((0.1 + (0.2 * 0.95)) * 1.6, full with { KvTokensInUse = 78_000, KvTokensQueued = 15_000 + 2_000, MeanOutputTokens = 100 });
    }

    /// <summary>At most 512 tokens of growth for each running sequence: 90,000 + 1,000 + 20 * 512 - 100,000 = 1,240.</summary>
    [Fact]
    public void Expected_growth_is_clipped() =>
        Costs((1.24 + (0.2 * 0.9)) * 1.4, Given.Idle(0) with { KvTokensInUse = 90_000, Running = 20, MeanOutputTokens = 3000 });

    [Fact]
    public void Memory_in_use_has_a_weight_in_seconds()
    {
        var half = Given.Idle(0) with { KvTokensInUse = 30_000, KvTokensQueued = 20_000 };
        Costs(0.1 + (0.2 * 0.5), half);
        Costs(0.1 + (2 * 0.5), half, new Sal.Options { KvWeight = 2 });
    }

    [Fact]
    public void Each_request_there_raises_the_cost()
    {
        var busy = Given.Idle(0) with { Running = 4, Waiting = 3 };
        Costs(0.1 * 1.14, busy);
        Costs(0.1 * 8, busy, new Sal.Options { BatchFactor = 1 });
    }

    /// <summary>5,000 queued less 0.2 s * 10,000 drained, plus what was sent since: twice, because another gateway did the same.</summary>
    [Theory]
    [InlineData(1, 3_000 + 400, 10_000 + 600, 1 + 2)]
    [InlineData(2, 3_000 + 800, 10_000 + 1_200, 1 + 4)]
    public void A_stale_report_is_corrected_by_drain_and_own_dispatches(int gateways, double queued, double kv, double requests)
    {
        var stale = Stale(TimeSpan.FromSeconds(0.2));
        Costs((((queued + 1000) / 10_000) + (0.2 * kv / 100_000)) * (1 + (0.02 * requests)), stale, new Sal.Options { Eps = 0 }, gateways);
        Costs((0.6 + (0.2 * 0.1)) * 1.02, stale, new Sal.Options { Eps = 0, Corrections = false }, gateways);
    }

    [Fact]
    public void The_drain_does_not_go_below_an_empty_queue_and_leaves_own_dispatches() =>
        Costs((0.14 + (0.2 * 0.106)) * 1.06, Stale(TimeSpan.FromSeconds(60)));

    [Fact]
    public void With_several_gateways_the_cost_is_spread_by_up_to_four_times_its_size()
    {
        var alone = Create(new Sal.Options());
        var one = Given.Scores(alone, Given.Route(), Given.Idle(0), Given.Idle(1));
        Assert.Equal([0.1, 0.1], one);
        var draws = Enumerable.Range(0, 500).SelectMany(id => Given.Scores(alone, Given.Route(id, gateways: 2), Given.Idle(0), Given.Idle(1))).ToArray();
        Assert.All(draws, static score => Assert.InRange(score, 0.1, 0.5));
        Assert.InRange(draws.Min(), 0.1, 0.104);
        Assert.InRange(draws.Max(), 0.496, 0.5);
        Assert.InRange(draws.Average(), 0.28, 0.32);

        var fixedSpread = Create(new Sal.Options { Eps = 0.5 });
        Assert.All(
            Enumerable.Range(0, 200).Select(id => Given.Scores(fixedSpread, Given.Route(id), Given.Idle(0))[0]),
            static score => Assert.InRange(score, 0.1, 0.15));
    }

    [Fact]
    public void The_form_without_weights_multiplies_by_all_requests()
    {
        var busy = Given.Idle(0) with { Running = 4, Waiting = 3, KvTokensInUse = 50_000, QueuedPrefillTokens = 1000 };
        Costs(0.2 * 8, busy, new Sal.Options { Form = Sal.CostForm.WeightFree });
    }

    /// <summary>Queue 0.5 s or memory 2 s, then 0.1 s of its own and 0.03 s on the way.</summary>
    [Fact]
    public void The_form_of_time_adds_up_seconds()
    {
        var view = Given.Idle(0) with { QueuedPrefillTokens = 5000, Latency = TimeSpan.FromMilliseconds(30) };
        var options = new Sal.Options { Form = Sal.CostForm.Time };
        Costs(0.5 + 0.1 + 0.03, view, options);
        Costs(2 + 0.1 + 0.03, view with { KvTokensInUse = 101_000, Running = 1 }, options);
    }

    [Fact]
    public void The_way_there_counts_in_every_form()
    {
        var far = Given.Idle(0) with { Latency = TimeSpan.FromMilliseconds(30), Running = 2 };
        Costs((0.1 * 1.04) + 0.03, far);
        Costs((0.1 * 3) + 0.03, far, new Sal.Options { Form = Sal.CostForm.WeightFree });
    }

    /// <summary>1,000 tokens on top of none: 1,000 + 0.001 * 1,000 * 500 = 1,500 tokens' worth; with 600 cached 400 + 0.001 * 400 * 800 = 720.</summary>
    [Fact]
    public void Context_makes_the_own_prefill_dearer()
    {
        var options = new Sal.Options { Alpha = 0.001 };
        Costs(0.15, Given.Idle(0), options);
        Costs(0.072, Given.Idle(0) with { CachedPromptTokens = 600 }, options);
    }

    [Fact]
    public void Costs_within_the_band_are_one_and_the_same()
    {
        var router = Create(new Sal.Options { Band = 0.05 });
        var candidates = new[] { Given.Idle(0), Given.Idle(1) with { QueuedPrefillTokens = 49 }, Given.Idle(2) with { QueuedPrefillTokens = 51 } };

        Assert.Equal([0.1, 0.1, 0.1051], Given.Scores(router, Given.Route(), candidates), static (a, b) => Math.Abs(a - b) < 1e-12);
        var chosen = Given.Chosen(router, 400, candidates);
        Assert.InRange(chosen.Count(static replica => replica == 1), 150, 250);
        Assert.DoesNotContain(2, chosen);
        Assert.All(Given.Chosen(Create(new Sal.Options()), 50, candidates), static replica => Assert.Equal(0, replica));
    }

    /// <summary>Of two drawn out of four, the best is chosen in half of the cases and the worst never.</summary>
    [Fact]
    public void With_choices_only_those_drawn_are_compared()
    {
        var router = Create(new Sal.Options { Choices = 2 });
        var candidates = Enumerable.Range(0, 4).Select(replica => Given.Idle(replica) with { QueuedPrefillTokens = 100 * replica }).ToArray();
        var chosen = Given.Chosen(router, 2000, candidates);

        Assert.InRange(chosen.Count(static replica => replica == 0), 888, 1112);
        Assert.DoesNotContain(3, chosen);
        Assert.Equal(2, Given.Scores(router, Given.Route(), candidates).Count(double.IsNaN));
        Assert.DoesNotContain(double.NaN, Given.Scores(Create(new Sal.Options { Choices = 4 }), Given.Route(), candidates));
    }

    [Fact]
    public void Above_a_cost_on_every_replica_requests_wait()
    {
        var router = Create(new Sal.Options { Hold = TimeSpan.FromSeconds(0.3) });
        var busy = Given.Idle(0) with { QueuedPrefillTokens = 2001 };

        Assert.Equal(RouteKind.Hold, router.Choose(Given.Route(), [busy, busy with { Replica = 1 }], default).Kind);
        Assert.Equal(1, router.Choose(Given.Route(), [busy, busy with { Replica = 1, QueuedPrefillTokens = 1999 }], default).Index);
    }

    /// <summary>Replica 1 has reported no rates: the mean of 10,000 and 30,000 stands in, 20,000; memory 1,000 and 3,000: 2,000.</summary>
    [Fact]
    public void Unknown_rates_are_the_mean_of_the_known_ones()
    {
        var unknown = Given.Idle(1) with { PrefillTokensPerSecond = null, ReleasedTokensPerSecond = null, MeanOutputTokens = null };
        var fast = Given.Idle(2) with { PrefillTokensPerSecond = 30_000, ReleasedTokensPerSecond = 3_000, MeanOutputTokens = 400 };
        var scores = Given.Scores(Create(new Sal.Options()), Given.Route(), Given.Idle(0), unknown, fast);
        Assert.Equal([0.1, 0.05, 1000 / 30_000.0], scores, static (a, b) => Math.Abs(a - b) < 1e-12);

        // Missing: 101,000 + 1,000 + 10 * 300 - 100,000 = 5,000, at 2,000 tokens/s.
        scores = Given.Scores(Create(new Sal.Options()), Given.Route(), Given.Idle(0), unknown with { KvTokensInUse = 101_000, Running = 10 }, fast);
        Assert.Equal((2.5 + (0.2 * 1.01)) * 1.2, scores[1], 1e-12);
    }

    /// <summary>Nobody has reported: 10,000 tokens/s, and the ledger's own requests count once for each gateway, not again as unreported ones.</summary>
    [Theory]
    [InlineData(true, 1, (700 + 1000) / 10_000.0 * 1.06)]
    [InlineData(true, 2, (1400 + 1000) / 10_000.0 * 1.12)]
    [InlineData(false, 1, 0.1 * 1.06)]
    public void Without_any_report_the_own_ledger_counts(bool corrections, int gateways, double cost)
    {
        var view = Given.Unknown(0) with
        {
            InFlightRequests = 3,
            InFlightPromptTokens = 5000,
            UnreportedRequests = 2,
            UnreportedPrefillTokens = 700,
            UnreportedPromptTokens = 900,
        };
        Costs(cost, view, new Sal.Options { Eps = 0, Corrections = corrections }, gateways);

        // With the capacity configured, memory too: 0.2 * 5,000 / 10,000 for each gateway.
        var used = 0.2 * 0.5 * (corrections ? gateways : 1) * (1 + (0.02 * 3 * (corrections ? gateways : 1)));
        Costs(cost + used, view with { KvCapacityTokens = 10_000 }, new Sal.Options { Eps = 0, Corrections = corrections, Memory = false }, gateways);
    }

    /// <summary>Missing: 5,000 in flight + 1,000 + 100 for each of 3 requests - 5,000 = 1,300, at 500 tokens/s: 2.6 s, more than the 0.17 s of prefill.</summary>
    [Fact]
    public void Without_any_report_each_request_in_flight_is_expected_to_grow_by_a_hundred_tokens()
    {
        var view = Given.Unknown(0) with
        {
            InFlightRequests = 3,
            InFlightPromptTokens = 5000,
            UnreportedPrefillTokens = 700,
            KvCapacityTokens = 5000,
        };
        Costs((2.6 + 0.2) * 1.06, view, new Sal.Options());
    }

    [Fact]
    public void The_least_cost_is_chosen()
    {
        var router = Create(new Sal.Options());
        var candidates = new[] { Given.Idle(0) with { QueuedPrefillTokens = 900 }, Given.Idle(1) with { CachedPromptTokens = 10 }, Given.Idle(2) };
        Assert.All(Given.Chosen(router, 50, candidates), static replica => Assert.Equal(1, replica));
    }

    /// <summary>Without a table most replicas are turned down by a bound of their cost; with one, every cost is worked out.</summary>
    [Theory]
    [InlineData(Sal.CostForm.Product, 0.0)]
    [InlineData(Sal.CostForm.Product, 0.0001)]
    [InlineData(Sal.CostForm.WeightFree, 0.0001)]
    [InlineData(Sal.CostForm.Time, 0.0)]
    public void Who_asks_for_no_table_gets_the_same_decision(Sal.CostForm form, double alpha)
    {
        var router = Create(new Sal.Options { Form = form, Alpha = alpha });
        var rng = new Rng(7);
        var scores = new double[40];
        for (var id = 0; id < 2000; id++)
        {
            // Few that differ a lot, or many alike: then several cost the same.
            var count = 1 + rng.NextInt32(scores.Length);
            var alike = rng.NextInt32(3) == 0 ? Given.Random(0, rng) : default(ReplicaView?);
            var candidates = Enumerable.Range(0, count).Select(replica => alike is { } view && rng.NextInt32(4) > 0 ? view with { Replica = replica } : Given.Random(replica, rng)).ToArray();
            var request = Given.Route(id, 1 + rng.NextInt32(5000));
            Assert.Equal(router.Choose(request, candidates, scores.AsSpan(0, count)).Index, router.Choose(request, candidates, default).Index);
        }
    }

    private static ReplicaView Stale(TimeSpan age) => Given.Idle(0) with
    {
        Age = age,
        Waiting = 1,
        QueuedPrefillTokens = 5000,
        KvTokensInUse = 10_000,
        UnreportedRequests = 2,
        UnreportedPrefillTokens = 400,
        UnreportedPromptTokens = 600,
    };

    // Costs are worked out with a batch factor of 0.02, whatever the default is.
    private static Sal Create(Sal.Options options) =>
        new(options.BatchFactor.Equals(new Sal.Options().BatchFactor) ? options with { BatchFactor = 0.02 } : options, new RouterSeed(1));

    private static void Costs(double expected, ReplicaView view, Sal.Options? options = null, int gateways = 1) =>
        Assert.Equal(expected, Given.Scores(Create(options ?? new Sal.Options()), Given.Route(gateways: gateways), view)[0], 1e-12);
}
