using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Prediction;
using HalfFull.Queueing;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>The key P - W worked out by hand. The engine prefills 10,000 tokens/s and releases 500 tokens/s; outputs have 256 tokens on average.</summary>
public sealed class LarryOrderTests
{
    private static readonly EngineRates Rates = Given.Rates(Given.Limits(budget: 100));
    private readonly TenantOutputs outputs = new(2);

    /// <summary>C = 5000 / 10000 = 0.5 s; x = (10 + 2) * 0.5 = 6 s; P = 180 * 6 / 186 = 5.806 s; W = 4 s.</summary>
    [Fact]
    public void A_request_is_held_back_for_the_delay_it_would_impose() =>
        Assert.Equal((180 * 6 / 186.0) - 4, Key(prompt: 5000, waited: 4, waiting: 2), 1e-9);

    [Fact]
    public void Small_prompts_count_as_64_tokens() =>
        Assert.Equal(Key(prompt: 64, waited: 1, waiting: 50), Key(prompt: 1, waited: 1, waiting: 50));

    [Fact]
    public void A_cached_prefix_costs_nothing() =>
        Assert.Equal(Key(prompt: 5000, waited: 4, waiting: 2), Key(prompt: 9000, uncached: 5000, waited: 4, waiting: 2));

    /// <summary>C = 0.5 + 0.25 * (5000 + 256) / 500 = 3.128 s; x = 12 C = 37.536 s.</summary>
    [Fact]
    public void Memory_costs_as_much_as_it_is_short()
    {
        const double x = 12 * (0.5 + (0.25 * 5256 / 500));
        Assert.Equal((180 * x / (180 + x)) - 4, Key(prompt: 5000, waited: 4, waiting: 2, pressure: 0.25), 1e-9);
        Assert.Equal(Key(prompt: 5000, waited: 4, waiting: 2), Key(new Larry.Options { Memory = 0 }, prompt: 5000, waited: 4, waiting: 2, pressure: 0.25));
    }

    /// <summary>The tenant's mean of two outputs of 1,000 is (2000 + 20 * 256) / 22 = 323.64.</summary>
    [Fact]
    public void A_tenants_own_outputs_count_where_it_is_known()
    {
        var tenant = outputs.IndexOf("a");
        outputs.Finished(tenant, 1000);
        outputs.Finished(tenant, 1000);
        const double x = 12 * (0.5 + (0.25 * (5000 + (7120 / 22.0)) / 500));
        Assert.Equal((180 * x / (180 + x)) - 4, Key(prompt: 5000, waited: 4, waiting: 2, pressure: 0.25, tenant: "a"), 1e-9);

        const double alike = 12 * (0.5 + (0.25 * 5256 / 500));
        Assert.Equal(
            (180 * alike / (180 + alike)) - 4,
            Key(new Larry.Options { Tenants = false }, prompt: 5000, waited: 4, waiting: 2, pressure: 0.25, tenant: "a"),
            1e-9);
    }

    /// <summary>W_max = 1,000 s: the bound of P is 500 s instead of 180.</summary>
    [Fact]
    public void The_bound_grows_with_the_longest_wait() =>
        Assert.Equal((500 * 6 / 506.0) - 4, Key(prompt: 5000, waited: 4, waiting: 2, longestWait: 1000), 1e-9);

    [Fact]
    public void Base_and_weight_per_waiting_request_are_options() =>
        Assert.Equal((180 * 2 / 182.0) - 4, Key(new Larry.Options { Base = 1, PerWaiting = 1.5 }, prompt: 5000, waited: 4, waiting: 2), 1e-9);

    [Fact]
    public void Without_a_bound_the_whole_delay_counts() =>
        Assert.Equal(6 - 4, Key(new Larry.Options { A = double.PositiveInfinity }, prompt: 5000, waited: 4, waiting: 2), 1e-9);

    [Fact]
    public void Who_was_preempted_with_output_goes_first_in_order_of_arrival()
    {
        Assert.Equal(double.NegativeInfinity, Key(prompt: 5000, waited: 1, waiting: 2, output: 1));
        foreach (var ordering in Enum.GetValues<Larry.Ordering>())
        {
            Assert.Equal(double.NegativeInfinity, Key(new Larry.Options { Order = ordering }, prompt: 5000, waited: 1, waiting: 2, output: 1));
        }
    }

    /// <summary>Target 2 s: late after 2 + 3 * 0.5 = 3.5 s of waiting, until A = 180 s.</summary>
    [Theory]
    [InlineData(3.4, 3.4)]
    [InlineData(3.6, 0)]
    [InlineData(179, 0)]
    [InlineData(181, 181)]
    public void With_a_target_a_late_request_competes_as_if_it_had_just_arrived(double waited, double counted) =>
        Assert.Equal((180 * 6 / 186.0) - counted, Key(new Larry.Options { Target = TimeSpan.FromSeconds(2) }, prompt: 5000, waited: waited, waiting: 2), 1e-9);

    [Fact]
    public void Other_orders_are_arrival_cost_and_response_ratio()
    {
        Assert.Equal(0, Key(new Larry.Options { Order = Larry.Ordering.Fcfs }, prompt: 5000, waited: 4, waiting: 2));
        Assert.Equal(0.5, Key(new Larry.Options { Order = Larry.Ordering.Shortest }, prompt: 5000, waited: 4, waiting: 2), 1e-12);
        Assert.Equal(-8, Key(new Larry.Options { Order = Larry.Ordering.Hrrn }, prompt: 5000, waited: 4, waiting: 2), 1e-12);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 10, 1)]
    [InlineData(180, 0, 0)]
    [InlineData(double.PositiveInfinity, 0, 0)]
    public void Where_nothing_is_held_back_the_key_is_zero_and_not_NaN(double a, double weight, double perWaiting) =>
        Assert.Equal(0, Key(new Larry.Options { A = a, Base = weight, PerWaiting = perWaiting }, prompt: 5000, waited: 0, waiting: 1));

    [Fact]
    public void With_A_at_zero_nobody_passes_who_has_waited_less_than_half_as_long()
    {
        // A = 0 leaves W_max / 2.
        var options = new Larry.Options { A = 0 };
        var oldest = Key(options, prompt: 1_000_000, waited: 10, waiting: 2, longestWait: 10);
        Assert.True(oldest < Key(options, prompt: 1, waited: 4.9, waiting: 2, longestWait: 10));
        Assert.True(oldest > Key(options, prompt: 1, waited: 5.5, waiting: 2, longestWait: 10));
    }

    [Fact]
    public void Without_aging_and_with_many_waiting_the_shortest_goes_first()
    {
        var options = new Larry.Options { A = double.PositiveInfinity };
        Assert.True(Key(options, prompt: 1000, waited: 0, waiting: 100_000) < Key(options, prompt: 1100, waited: 900, waiting: 100_000));
    }

    /// <summary>What the queue relies on: a bound over the least features of a set is never above a member's key.</summary>
    [Fact]
    public void The_bound_of_a_set_is_below_each_of_its_keys()
    {
        var rng = new Rng(1);
        for (var i = 0; i < 2000; i++)
        {
            var options = new Larry.Options
            {
                A = rng.NextInt32(4) switch { 0 => 0, 1 => double.PositiveInfinity, _ => rng.NextInt32(300) },
                Order = (Larry.Ordering)rng.NextInt32(5),
                Target = rng.NextInt32(2) == 0 ? null : TimeSpan.FromSeconds(rng.NextInt32(20)),
            };
            var order = new LarryOrder(options, outputs, new LarryGroups(options, outputs), Rates) { MemoryPressure = rng.NextDouble() };
            order.Freeze(new QueueMoment(TimeSpan.FromSeconds(400), 1 + rng.NextInt32(1000), TimeSpan.FromSeconds(rng.NextInt32(100))));
            var set = Enumerable.Range(0, 5)
                .Select(_ => order.Features(Entry(1 + rng.NextInt32(20_000), 100 + (300 * rng.NextDouble()), rng.NextInt32(20) == 0 ? 1 : 0)))
                .ToArray();
            var bound = order.Bound(set.Aggregate(static (a, b) => RankFeatures.Min(a, b)), 0);
            Assert.All(set, features => Assert.True(bound <= order.Key(features, 0)));
        }
    }

    private static QueueEntry Entry(int prompt, double arrival, int output) => new(Given.Request(prompt: prompt, arrival: arrival), prompt, output);

    private double Key(int prompt, double waited, int waiting, int? uncached = null, double pressure = 0, double longestWait = 4, int output = 0, string? tenant = null) =>
        Key(new Larry.Options(), prompt, waited, waiting, uncached, pressure, longestWait, output, tenant);

    private double Key(
        Larry.Options options, int prompt, double waited, int waiting, int? uncached = null, double pressure = 0, double longestWait = 4, int output = 0, string? tenant = null)
    {
        var now = TimeSpan.FromSeconds(2000);
        var order = new LarryOrder(options, outputs, new LarryGroups(options, outputs), Rates) { MemoryPressure = pressure };
        var request = Given.Request(prompt: prompt, tenant: tenant) with { Arrival = now - TimeSpan.FromSeconds(waited) };
        var entry = new QueueEntry(request, uncached ?? prompt, output);
        order.Freeze(new QueueMoment(now, waiting, now - TimeSpan.FromSeconds(waited == 0 ? 0 : longestWait)));
        return order.Key(order.Features(entry), order.Group(entry));
    }
}
