using HalfFull.Metrics;
using HalfFull.Queueing;
using HalfFull.Queueing.Queues;
using HalfFull.Scheduling;
using HalfFull.Tests.Scheduling;

namespace HalfFull.Tests.Queueing.Queues;

public sealed class VtcQueueTests
{
    private readonly VtcQueue queue = new(new VtcQueue.Options(), new TenantWeights(new Dictionary<string, double> { ["b"] = 4 }));

    /// <summary>100 + 2 * 10 tokens, by a weight of 4 and of 1, the latter on top of the former; when 25 tokens came instead of 10, 2 * 15 more.</summary>
    [Fact]
    public void A_tenant_is_charged_when_its_request_is_sent_and_again_by_what_came_back()
    {
        Serve(2, "b", output: 10);
        Serve(1, "a", output: 10);
        Assert.Equal((150, 30), (Counter("a"), Counter("b")));
        End(1, "a", Outcome.Completed, 25);
        End(2, "b", Outcome.Failed, 0);
        Assert.Equal((180, 0), (Counter("a"), Counter("b")));
        End(1, "a", Outcome.Completed, 25);
        Assert.Equal(180, Counter("a"));
    }

    [Fact]
    public void Who_comes_back_is_lifted_to_the_least_served_that_waits_or_to_the_last_that_left()
    {
        Serve(1, "a", output: 10);
        queue.Joined(Request(2, "c", 10));
        Assert.Equal(120, Counter("c"));
        queue.Joined(Request(3, "b", 10));
        Assert.Equal(120, Counter("b"));
        queue.Left(Request(3, "b", 10));
        Serve(4, "b", output: 10);
        Serve(5, "b", output: 10);
        queue.Joined(Request(6, "d", 10));
        Assert.Equal(120, Counter("d"));
    }

    /// <summary>Three tenants that always have work, of weights 1, 2 and 5: what each got while all waited is in proportion, to within its largest requests.</summary>
    [Fact]
    public void Tenants_with_work_get_service_in_proportion_to_their_weights()
    {
        Dictionary<string, double> weights = new() { ["x"] = 1, ["y"] = 2, ["z"] = 5 };
        var world = new FrontWorld("vtc", replicas: 2, weights: new TenantWeights(weights));
        var rng = new Rng(3);
        for (var id = 0; id < 1500; id++)
        {
            world.Arrive(new Request(id, TimeSpan.FromMilliseconds(id / 10), 200 + rng.NextInt32(2000), 1 + rng.NextInt32(100)) { Tenant = weights.Keys.ElementAt(id % 3) });
        }

        world.Run(until: 40);
        Assert.True(world.Front.Waiting > 0);
        var served = world.Decisions.GroupBy(item => item.Decision.Request!.Tenant!)
            .ToDictionary(group => group.Key, group => group.Sum(item => item.Decision.Request!.PromptTokens + (2.0 * item.Decision.Request.MaxOutputTokens)) / weights[group.Key]);
        Assert.InRange(served["y"] / served["x"], 0.9, 1.1);
        Assert.InRange(served["z"] / served["x"], 0.9, 1.1);
    }

    [Fact]
    public void A_weight_must_be_a_number_above_zero() =>
        Assert.Contains("'x'", Assert.Throws<ArgumentException>(() => new TenantWeights(new Dictionary<string, double> { ["x"] = 0 })).Message, StringComparison.Ordinal);

    /// <summary>Any number of names, as clients may make them up, costs no more than a thousand.</summary>
    [Fact]
    public void Tenants_beyond_a_thousand_share_one_account_and_those_configured_keep_theirs()
    {
        var names = new TenantNames(["named"]);
        Assert.Equal(1000, Enumerable.Range(0, 5000).Select(i => names.Of($"t{i}")).Where(name => name != TenantNames.Others).Distinct().Count());
        Assert.Equal(("named", "t7", null, TenantNames.Others), (names.Of("named"), names.Of("t7"), names.Of(null), names.Of("t4999")));
    }

    private static Request Request(long id, string tenant, int output) => Given.Request(id, prompt: 100, max: output, tenant: tenant);

    private void Serve(long id, string tenant, int output)
    {
        queue.Joined(Request(id, tenant, output));
        queue.Released(Request(id, tenant, output));
    }

    private void End(long id, string tenant, Outcome outcome, int output) =>
        queue.Ended(new RequestRecord(id, default, default, default, default, 100, 0, output, 0, 0, tenant, outcome));

    private double Counter(string tenant) => queue.Counter(queue.IndexOf(Request(0, tenant, 1)));
}
