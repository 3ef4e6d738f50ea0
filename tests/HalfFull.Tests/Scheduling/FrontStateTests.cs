using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Routing;
using HalfFull.Scheduling;
using HalfFull.Tests.Contracts;
using HalfFull.Traces.Decisions;

namespace HalfFull.Tests.Scheduling;

/// <summary>A front scheduler that takes in the state of another goes on exactly as that one, whoever waits and why.</summary>
public sealed class FrontStateTests
{
    [Theory]
    [InlineData("sal:eps=0.3", "larry")]
    [InlineData("p2c", "vtc")]
    [InlineData("least-tokens", "priority")]
    [InlineData("round-robin", "edf")]
    [InlineData("random", "sjf")]
    [InlineData("least-requests", "fcfs")]
    [InlineData("mixture", "larry")]
    [InlineData("prequal", "vtc")]
    [InlineData("preble", "larry")]
    public void A_restored_front_decides_as_the_saved_one(string router, string queue)
    {
        for (var seed = 1UL; seed <= 5; seed++)
        {
            var settings = new FrontSettings(
                PolicySpec.Parse(router), PolicySpec.Parse(queue), 1, new FrontLimits { MostWaiting = 40 }, new TenantWeights(new Dictionary<string, double> { ["a"] = 2 }));
            var saved = settings.Create();
            Play(saved, new Rng(seed), from: 0);
            Assert.InRange(saved.Waiting, 5, 200);
            Assert.True(saved.CanSave);

            var state = Save(saved);
            var restored = settings.Create();
            var reader = new StateReader(state);
            restored.Restore(ref reader);
            Assert.True(reader.IsAtEnd);
            Assert.Equal(state, Save(restored));
            Assert.Equal(saved.Waiting, restored.Waiting);
            Assert.Equal(Play(saved, new Rng(seed + 100), from: 200), Play(restored, new Rng(seed + 100), from: 200));
            Assert.Equal(Save(saved), Save(restored));
        }
    }

    [Theory]
    [MemberData(nameof(PolicyNames.QueueSpecs), MemberType = typeof(PolicyNames))]
    public void Every_queue_policy_goes_on_as_the_saved_one(string queue) => A_restored_front_decides_as_the_saved_one("least-tokens", queue);

    [Fact]
    public void After_other_shares_it_is_restored_likewise_though_a_tenant_that_waits_has_an_account_of_its_own_now()
    {
        var settings = new FrontSettings(PolicySpec.Parse("sal"), PolicySpec.Parse("vtc"), 1, new FrontLimits(), new TenantWeights());
        var saved = settings.Create();
        for (var id = 1; id <= 1_010; id++)
        {
            saved.Join(default, new Request(id, default, 5, 5) { Tenant = $"t{id}" }, 1);
        }

        saved.Reweigh(new TenantWeights(new Dictionary<string, double> { ["t1005"] = 2 }));
        var restored = saved.Settings.Create();
        var reader = new StateReader(Save(saved));
        restored.Restore(ref reader);
        Assert.True(saved.Leave(1_005));
        Assert.True(restored.Leave(1_005));
        Assert.Equal(Play(saved, new Rng(1), from: 2_000), Play(restored, new Rng(1), from: 2_000));
        Assert.Equal(Save(saved), Save(restored));
    }

    private static byte[] Save(FrontScheduler front)
    {
        var state = new StateWriter();
        front.Save(state);
        return state.Written.ToArray();
    }

    /// <summary>Two hundred joins with decisions between them: retries, exact ones, excluded replicas, deadlines, two lanes, leavers, movers.</summary>
    private static List<LoggedDecision> Play(FrontScheduler front, Rng rng, int from)
    {
        var decisions = new List<LoggedDecision>();
        for (var id = from + 1; id <= from + 200; id++)
        {
            var now = TimeSpan.FromSeconds(id * 0.05);
            var request = new Request(id, now, 1 + rng.NextInt32(6000), 1 + rng.NextInt32(500))
            {
                Tenant = rng.NextInt32(4) switch { 0 => null, 1 => "a", 2 => "b", _ => "c" },
                Priority = rng.NextInt32(3),
                Deadline = rng.NextInt32(5) == 0 ? now + TimeSpan.FromSeconds(rng.NextInt32(8)) : null,
            };
            front.Join(now, request, 1 + rng.NextInt32(2), rng.NextInt32(6) == 0 ? 1 : 0, rng.NextInt32(2) == 0, rng.NextInt32(4) == 0 ? [rng.NextInt32(3)] : []);
            var other = from + 1 + rng.NextInt32(200);
            if (rng.NextInt32(10) == 0)
            {
                front.Leave(other);
            }
            else if (rng.NextInt32(10) == 0)
            {
                front.Move(other, 1 + rng.NextInt32(3));
            }

            FrontReplica[] replicas = [View(0, rng), View(1, rng), View(2, rng)];
            for (var lane = 1; lane <= 3; lane++)
            {
                var decision = front.Next(now, lane, replicas);
                decisions.Add(LoggedDecision.Of(decision));
                if (decision is { Kind: FrontDecisionKind.Release, Request: { } sent })
                {
                    front.FirstToken(now, sent, decision.Index);
                    front.Ended(new RequestRecord(
                        sent.Id, sent.Arrival, now, now, now, sent.PromptTokens, 0, rng.NextInt32(300), 0, decision.Index, sent.Tenant, rng.NextInt32(5) == 0 ? Outcome.Failed : Outcome.Completed));
                }
            }

            if (front.Overload(1, replicas) is not null && front.IsWaiting(id))
            {
                decisions.Add(new LoggedDecision(FrontDecisionKind.Reject, front.GiveWay(id).Id, -1, HeldReason.None));
            }
        }

        return decisions;
    }

    private static FrontReplica View(int replica, Rng rng) => new(
        new ReplicaView
        {
            Replica = replica,
            PrefillTokensPerSecond = rng.NextInt32(4) == 0 ? null : 5000 + rng.NextInt32(5000),
            ReleasedTokensPerSecond = 400 + rng.NextInt32(900),
            MeanOutputTokens = rng.NextInt32(300),
            KvCapacityTokens = 5000,
            KvTokensInUse = rng.NextInt32(6000),
            InFlightRequests = 1 + rng.NextInt32(5),
        },
        UnstartedTokens: rng.NextInt32(3500),
        UnstartedRequests: rng.NextInt32(3),
        IsReported: true);
}
