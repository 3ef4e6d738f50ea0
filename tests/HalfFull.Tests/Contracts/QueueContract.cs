using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Scheduling;
using HalfFull.Tests.Scheduling;

namespace HalfFull.Tests.Contracts;

/// <summary>What every queue policy must do, whatever it prefers.</summary>
public sealed class QueueContract
{
    [Theory]
    [MemberData(nameof(PolicyNames.QueueSpecs), MemberType = typeof(PolicyNames))]
    public void Everybody_leaves_exactly_once_and_the_same_calls_give_the_same_decisions(string spec)
    {
        var first = Play(spec, seed: 1);
        Assert.Equal(first, Play(spec, seed: 1));
        Assert.Equal(first.Count, first.DistinctBy(item => item.Id).Count());
        Assert.Contains(first, item => item.Kind == FrontDecisionKind.Expire);
    }

    /// <summary>What the search by bounds needs: a key never falls when a feature grows, whatever has been charged or learned.</summary>
    [Theory]
    [MemberData(nameof(PolicyNames.QueueSpecs), MemberType = typeof(PolicyNames))]
    public void A_key_never_falls_when_a_feature_grows(string spec)
    {
        var policy = Create(spec);
        var rng = new Rng(5);
        for (var i = 0; i < 500; i++)
        {
            var request = Random(rng, i, 3) with { Arrival = TimeSpan.FromSeconds(rng.NextInt32(50)) };
            policy.Joined(request);
            policy.MemoryChanged(TimeSpan.FromSeconds(i / 10), isHeld: rng.NextInt32(2) == 0);
            var entry = Given.Entry(request);
            var (features, group) = (policy.Order.Features(entry), policy.Order.Group(entry));
            policy.Order.Freeze(new QueueMoment(TimeSpan.FromSeconds(100), 1 + rng.NextInt32(200), TimeSpan.FromSeconds(rng.NextInt32(100))));
            var key = policy.Order.Key(features, group);
            Assert.False(double.IsNaN(key));
            Assert.True(policy.Order.Key(features with { Arrival = features.Arrival + TimeSpan.FromSeconds(rng.NextDouble()) }, group) >= key);
            Assert.True(policy.Order.Key(features with { First = features.First + rng.NextDouble() }, group) >= key);
            Assert.True(policy.Order.Key(features with { Second = features.Second + (100 * rng.NextDouble()) }, group) >= key);
            Assert.True(policy.Order.Bound(features, group) <= key);
            policy.Released(request);
        }
    }

    /// <summary>Nobody is passed by a request that came later than the policy's own bound allows, nor waits longer than it takes to serve those that may go before.</summary>
    [Theory]
    [MemberData(nameof(PolicyNames.QueueSpecs), MemberType = typeof(PolicyNames))]
    public void A_policy_that_states_a_bound_keeps_it(string spec)
    {
        var policy = Create(spec);
        foreach (var seed in (ulong[])[1, 2, 3])
        {
            var (releases, requests) = Overloaded(spec, seed, new FrontLimits { StatedTokensPerSecond = 20_000 });
            Assert.Equal(requests.Count, releases.Count);
            foreach (var (time, decision) in releases)
            {
                var request = decision.Request!;
                Assert.False(decision.BreaksBound);
                if (policy.OvertakenWithin(TimeSpan.FromSeconds(1)) is not null)
                {
                    Assert.True(decision.Waited <= decision.WaitBound + TimeSpan.FromMilliseconds(10), $"{request} waited {decision.Waited}, more than {decision.WaitBound}.");
                    Assert.InRange(Overtaking.Worst(policy, time, request, releases), TimeSpan.MinValue, TimeSpan.FromMicroseconds(1));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(PolicyNames.RefusedQueueSpecs), MemberType = typeof(PolicyNames))]
    public void A_bad_option_is_refused_in_one_sentence_that_names_it(string spec)
    {
        var parsed = PolicySpec.Parse(spec);
        var message = Assert.Throws<PolicyException>(() => PolicyNames.Queues.Validate(parsed)).Message;

        Assert.Contains(parsed.Options[0].Key, message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
    }

    internal static IQueuePolicy Create(string spec) => PolicyNames.Queues.Create(PolicySpec.Parse(spec), new FleetRates(), new TenantWeights());

    /// <summary>Plays a minute at about twice what two replicas can do.</summary>
    internal static (List<(TimeSpan Time, FrontDecision Decision)> Releases, List<Request> Requests) Overloaded(string spec, ulong seed, FrontLimits limits)
    {
        var rng = new Rng(seed);
        var world = new FrontWorld(spec, replicas: 2, rate: 10_000, limits: limits);
        var requests = Enumerable.Range(0, 400).Select(id => Random(rng, id, 3) with { Deadline = null }).ToList();
        requests.ForEach(world.Arrive);
        world.Run();
        return (world.Decisions, requests);
    }

    private static List<(TimeSpan Time, long Id, FrontDecisionKind Kind, int Index)> Play(string spec, ulong seed)
    {
        var rng = new Rng(seed);
        var world = new FrontWorld(spec, replicas: 3, rate: 5000, capacity: 60_000);
        for (var id = 0; id < 300; id++)
        {
            world.Arrive(Random(rng, id, 3));
        }

        var left = 0;
        for (var i = 0; i < 40; i++)
        {
            var id = rng.NextInt32(300);
            world.At(60 * rng.NextDouble(), () => left += world.Front.Leave(id) ? 1 : 0);
        }

        // Late even before it comes, so that some deadline passes under every order.
        world.Arrive(Random(rng, 300, 1) with { Deadline = TimeSpan.Zero });
        world.Run();
        Assert.Equal(0, world.Front.Waiting);
        Assert.Equal(301 - left, world.Decisions.Count);
        return [.. world.Decisions.Select(item => (item.Time, item.Decision.Request!.Id, item.Decision.Kind, item.Decision.Index))];
    }

    private static Request Random(Rng rng, long id, int tenants) =>
        new(id, TimeSpan.FromSeconds(60 * rng.NextDouble()), 1 + rng.NextInt32(rng.NextInt32(8) == 0 ? 40_000 : 6000), 1 + rng.NextInt32(50))
        {
            Tenant = rng.NextInt32(4) == 0 ? null : $"tenant-{rng.NextInt32(tenants)}",
            Priority = rng.NextInt32(3),
            Deadline = rng.NextInt32(3) == 0 ? TimeSpan.FromSeconds(120 * rng.NextDouble()) : null,
        };
}
