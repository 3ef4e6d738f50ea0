using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Routing;
using HalfFull.Scheduling;

namespace HalfFull.Tests.Scheduling;

public sealed class FrontSchedulerTests
{
    private static readonly FrontReplica Idle = new(new ReplicaView { Replica = 0 }, 0, 0, IsReported: true);

    [Fact]
    public void A_request_that_finds_room_goes_at_once()
    {
        var front = Front("larry");
        front.Join(default, Given.Request(id: 1), 0);

        var decision = front.Next(default, 0, [Idle]);
        Assert.Equal((FrontDecisionKind.Release, 1, 0), (decision.Kind, decision.Request!.Id, decision.Index));
        Assert.Equal((0, HeldReason.None), (front.Waiting, front.Next(default, 0, [Idle]).Held));
    }

    [Theory]
    [InlineData(4095, 1, 10, HeldReason.None)]
    [InlineData(4096, 1, 10, HeldReason.Prefill)]
    [InlineData(10, 64, 64, HeldReason.Requests)]
    [InlineData(10, 1, 256, HeldReason.None)]
    public void A_request_is_held_while_no_replica_could_start_it_soon(long tokens, int unstarted, int inFlight, HeldReason held)
    {
        var front = Front("fcfs");
        front.Join(default, Given.Request(id: 1), 0);
        var replica = Idle with { View = Idle.View with { InFlightRequests = inFlight }, UnstartedTokens = tokens, UnstartedRequests = unstarted };

        Assert.Equal(held, front.Next(default, 0, [replica]).Held);
    }

    [Fact]
    public void Without_reports_the_number_of_requests_is_limited_and_with_a_known_rate_a_tenth_of_a_second_is_always_allowed()
    {
        var front = Front("fcfs");
        front.Join(default, Given.Request(id: 1), 0);
        var busy = Idle with { View = Idle.View with { InFlightRequests = 256 } };
        Assert.Equal(HeldReason.Requests, front.Next(default, 0, [busy with { IsReported = false }]).Held);

        var fast = busy with { View = busy.View with { PrefillTokensPerSecond = 100_000 } };
        Assert.Equal(HeldReason.Prefill, front.Next(default, 0, [fast with { UnstartedTokens = 10_000 }]).Held);
        Assert.Equal(FrontDecisionKind.Release, front.Next(default, 0, [fast with { UnstartedTokens = 9_999 }]).Kind);
    }

    [Fact]
    public void A_prompt_waits_for_memory_and_an_idle_replica_takes_anything()
    {
        var front = Front("larry");
        front.Join(default, Given.Request(id: 1, prompt: 101), 0);
        var full = Idle with { View = Idle.View with { KvCapacityTokens = 1000, KvTokensInUse = 900, InFlightRequests = 1 } };
        Assert.Equal(HeldReason.Memory, front.Next(default, 0, [full]).Held);
        Assert.Equal(FrontDecisionKind.Release, front.Next(default, 0, [full with { View = full.View with { InFlightRequests = 0 } }]).Kind);
    }

    /// <summary>Replica 1 alone can hold request 1, which waits for it; request 2 may pass towards replica 0, but not towards replica 1.</summary>
    [Fact]
    public void Who_is_held_keeps_what_it_could_use_and_others_pass_it_elsewhere_only()
    {
        var front = Front("fcfs");
        front.Join(default, Given.Request(id: 1, prompt: 500), 0, isExact: true);
        front.Join(default, Given.Request(id: 2, prompt: 10, arrival: 1), 0);
        front.Join(default, Given.Request(id: 3, prompt: 10, arrival: 2), 0, attempt: 0, isExact: false, [0]);
        var small = Idle with { View = Idle.View with { KvCapacityTokens = 100 } };
        var large = Idle with { View = new ReplicaView { Replica = 1, KvCapacityTokens = 1000, KvTokensInUse = 600, InFlightRequests = 1 } };

        var decision = front.Next(default, 0, [small, large]);
        Assert.Equal((2, 0, false), (decision.Request!.Id, decision.Index, decision.BreaksBound));
        Assert.Equal(HeldReason.Memory, front.Next(default, 0, [small, large]).Held);

        var released = front.Next(default, 0, [small, large with { View = large.View with { KvTokensInUse = 0 } }]);
        Assert.Equal((1, 1), (released.Request!.Id, released.Index));
    }

    [Fact]
    public void A_retry_goes_first_and_not_where_it_was()
    {
        var front = Front("fcfs");
        front.Join(default, Given.Request(id: 1, arrival: 1), 0);
        front.Join(default, Given.Request(id: 2, arrival: 3), 0, attempt: 1, isExact: false, [0]);
        front.Join(default, Given.Request(id: 3, arrival: 2), 0, attempt: 1, isExact: false, [0]);
        FrontReplica[] both = [Idle, Idle with { View = new ReplicaView { Replica = 1 } }];

        Assert.Equal((3, 1), Next());
        Assert.Equal((2, 1), Next());
        Assert.Equal(1, Next().Id);

        (long Id, int Index) Next()
        {
            var decision = front.Next(default, 0, both);
            return (decision.Request!.Id, decision.Index);
        }
    }

    [Fact]
    public void Who_goes_next_is_told_lane_by_lane_and_looking_changes_nothing()
    {
        var front = Front("sjf");
        front.Join(default, Given.Request(id: 1, prompt: 300), 0);
        front.Join(default, Given.Request(id: 2, prompt: 100, arrival: 1), 0);
        front.Join(default, Given.Request(id: 3, prompt: 200, arrival: 2), 0, attempt: 1);
        front.Join(default, Given.Request(id: 4, prompt: 900, arrival: 2), 7);

        Assert.Equal([(3, 0, 1), (4, 7, 1), (2, 0, 2), (1, 0, 3)], front.First(default, 10).Select(queued => (queued.Request.Id, queued.Lane, queued.Position)));
        Assert.Equal([3, 4], front.First(default, 2).Select(queued => queued.Request.Id));
        Assert.Empty(front.First(default, 0));

        Assert.Equal((4, 3), (front.Waiting, front.Next(default, 0, [Idle]).Request!.Id));
        Assert.Equal([2, 4, 1], front.First(default, 10).Select(queued => queued.Request.Id));
        Assert.Equal(2, front.Next(default, 0, [Idle]).Request!.Id);
    }

    [Fact]
    public void A_request_whose_deadline_passes_leaves_whatever_its_lane()
    {
        var front = Front("larry");
        front.Join(default, Given.Request(id: 1) with { Deadline = TimeSpan.FromSeconds(2) }, 5);
        Assert.Equal(HeldReason.None, front.Next(TimeSpan.FromSeconds(1.9), 0, []).Held);

        var decision = front.Next(TimeSpan.FromSeconds(2), 0, []);
        Assert.Equal((FrontDecisionKind.Expire, 1, TimeSpan.FromSeconds(2)), (decision.Kind, decision.Request!.Id, decision.Waited));
        Assert.Equal((0, false), (front.Waiting, front.IsWaiting(1)));
    }

    [Fact]
    public void Without_a_queue_everything_goes_at_once()
    {
        var front = Front("none");
        front.Join(default, Given.Request(id: 1), 0);
        var full = Idle with { View = Idle.View with { InFlightRequests = 9999, KvCapacityTokens = 10, KvTokensInUse = 10 }, UnstartedTokens = 1_000_000, UnstartedRequests = 500 };
        Assert.Equal(FrontDecisionKind.Release, front.Next(default, 0, [full]).Kind);
    }

    [Fact]
    public void A_queue_that_is_too_long_is_told_with_a_time_from_the_learned_rates()
    {
        var front = Front("fcfs", new FrontLimits { MostWaiting = 2, MostWait = TimeSpan.FromSeconds(10) });
        var busy = Idle with { View = Idle.View with { InFlightRequests = 1, PrefillTokensPerSecond = 1000 }, UnstartedTokens = 200_000 };
        for (var id = 1; id <= 2; id++)
        {
            front.Join(default, Given.Request(id, prompt: 2000), 0);
        }

        // 4,000 tokens wait and 5,000 are on the replica, at 1,000 a second.
        Assert.Equal(TimeSpan.FromSeconds(9), front.EstimateWait(0, [busy with { UnstartedTokens = 5000 }]));
        Assert.Null(front.Overload(0, [busy with { UnstartedTokens = 5000 }]));
        Assert.Equal(TimeSpan.FromSeconds(194), front.Overload(0, [busy]));
        front.Join(default, Given.Request(3, prompt: 1000), 0);
        Assert.Equal(TimeSpan.FromSeconds(5), front.Overload(0, [busy with { UnstartedTokens = 5000 }]));

        // Nobody knows the rate: only the number counts.
        Assert.Equal(TimeSpan.FromSeconds(1), front.Overload(0, [Idle]));
        front.Leave(3);
        Assert.Null(front.Overload(0, [Idle]));
    }

    [Fact]
    public void The_least_urgent_gives_way_of_all_lanes_when_too_many_wait_and_of_its_own_when_the_wait_is_too_long()
    {
        var front = Front("fcfs", new FrontLimits { MostWaiting = 4 });
        front.Join(default, Given.Request(1) with { Priority = -2 }, 2);
        front.Join(default, Given.Request(2) with { Priority = -1, Deadline = TimeSpan.FromSeconds(9) }, 1);
        front.Join(default, Given.Request(3) with { Priority = -1 }, 1);

        // Four may wait, so it is for the wait: only lane 1 counts, whose least urgent is the one without a deadline.
        Assert.Equal(3, Refused(4, priority: 0, lane: 1));
        Assert.Equal(5, Refused(5, priority: -1, lane: 1));
        front.Join(default, Given.Request(6) with { Priority = -9 }, 1, attempt: 1);

        // Five are too many: lane 2 counts as well, and the retry never.
        Assert.Equal(1, Refused(7, priority: 0, lane: 1));
        Assert.Equal([2L, 4, 6, 7], front.First(default, 9).Select(queued => queued.Request.Id).Order());
        Assert.Throws<ArgumentException>(() => front.GiveWay(99));

        long Refused(long id, int priority, int lane)
        {
            front.Join(default, Given.Request(id) with { Priority = priority }, lane);
            return front.GiveWay(id).Id;
        }
    }

    /// <summary>Asked at any time, after whatever has come and gone, it is the same one that a search through all would find.</summary>
    [Fact]
    public void Who_gives_way_is_the_least_of_all_that_wait_however_they_came_and_went()
    {
        var rng = new Rng(8);
        var front = Front("larry", new FrontLimits { MostWaiting = 0 });
        var waiting = new Dictionary<long, Request>();
        for (var id = 1L; id <= 2000; id++)
        {
            var request = Given.Request(id, arrival: id / 10) with { Priority = rng.NextInt32(4), Deadline = rng.NextInt32(2) == 0 ? TimeSpan.FromSeconds(5000 + rng.NextInt32(9)) : null };
            front.Join(default, request, 1 + rng.NextInt32(3));
            waiting.Add(id, request);
            if (rng.NextInt32(3) == 0 && waiting.Count > 1)
            {
                var least = waiting.Values.OrderBy(one => one.Priority).ThenByDescending(one => one.Deadline ?? TimeSpan.MaxValue).ThenByDescending(one => one.Arrival).ThenByDescending(one => one.Id).First();
                var isLess = least.Priority < request.Priority || (least.Priority == request.Priority && (least.Deadline ?? TimeSpan.MaxValue) > (request.Deadline ?? TimeSpan.MaxValue));
                Assert.Equal(isLess ? least.Id : id, front.GiveWay(id).Id);
                waiting.Remove(isLess ? least.Id : id);
            }

            var any = 1 + rng.NextInt32((int)id);
            if (rng.NextInt32(4) == 0)
            {
                Assert.Equal(waiting.Remove(any), front.Leave(any));
            }
            else
            {
                front.Move(any, 1 + rng.NextInt32(3));
            }
        }
    }

    [Fact]
    public void Lanes_are_apart_and_a_request_can_change_its_lane()
    {
        var front = Front("fcfs");
        front.Join(default, Given.Request(id: 1), 1);
        front.Join(default, Given.Request(id: 2, arrival: 1), 2);
        Assert.Equal(2, front.Next(default, 2, [Idle]).Request!.Id);
        front.Move(1, 2);
        Assert.Equal((0, 1, TimeSpan.Zero), (front.WaitingIn(1), front.WaitingIn(2), front.OldestArrival(2)));
        Assert.Equal(1, front.Next(default, 2, [Idle]).Request!.Id);
    }

    [Fact]
    public void A_switch_orders_those_that_wait_anew()
    {
        var front = Front("fcfs");
        front.Join(default, Given.Request(id: 1, prompt: 900), 0);
        front.Join(default, Given.Request(id: 2, prompt: 10, arrival: 1), 0);
        front.Join(default, Given.Request(id: 3, prompt: 10, arrival: 2), 0, attempt: 1);
        Assert.Throws<PolicyException>(() => front.Switch(PolicySpec.Parse("sal"), PolicySpec.Parse("nonsense")));
        Assert.Equal("fcfs", front.Queue.Name);

        front.Switch(PolicySpec.Parse("round-robin"), PolicySpec.Parse("sjf"));
        Assert.Equal([3L, 2L, 1L], Enumerable.Range(0, 3).Select(_ => front.Next(default, 0, [Idle]).Request!.Id));
    }

    [Fact]
    public void A_number_that_waits_already_is_refused_and_one_that_has_left_is_gone()
    {
        var front = Front("larry");
        front.Join(default, Given.Request(id: 1), 0);
        Assert.Throws<ArgumentException>(() => front.Join(default, Given.Request(id: 1), 0));
        Assert.True(front.Leave(1));
        Assert.False(front.Leave(1));
        Assert.Equal((FrontDecisionKind.Hold, HeldReason.None), (front.Next(default, 0, [Idle]).Kind, front.Next(default, 0, [Idle]).Held));
    }

    [Fact]
    public void A_prefix_that_is_cached_somewhere_draws_the_request_there_and_each_request_has_its_own()
    {
        var front = new FrontScheduler(PolicySpec.Parse("sal"), PolicySpec.Parse("fcfs"), 1, new FrontLimits(), new TenantWeights(), watcher: null, new OnReplica(request => request.Id % 2));
        FrontReplica[] fleet = [Idle, Idle with { View = Idle.View with { Replica = 1 } }];
        for (var id = 1; id <= 6; id++)
        {
            front.Join(default, Given.Request(id, prompt: 1000), 0);
        }

        for (var id = 1; id <= 6; id++)
        {
            Assert.Equal(id % 2, front.Next(default, 0, fleet).Index);
        }
    }

    [Fact]
    public void Where_memory_is_what_holds_the_wait_is_until_enough_is_free_and_not_until_the_prefill_is_done()
    {
        var front = Front("fcfs");
        var full = Idle with
        {
            View = new ReplicaView
            {
                Replica = 0,
                InFlightRequests = 9,
                KvCapacityTokens = 1000,
                KvTokensInUse = 950,
                PrefillTokensPerSecond = 10_000,
                ReleasedTokensPerSecond = 1000,
                MeanOutputTokens = 400,
            },
        };
        for (var id = 1; id <= 100; id++)
        {
            front.Join(default, Given.Request(id, prompt: 100), 0);
        }

        Assert.Equal(TimeSpan.FromSeconds(1), front.EstimateWait(0, [full]));
        Assert.Equal(HeldReason.Memory, front.Next(default, 0, [full]).Held);
        Assert.Equal(TimeSpan.FromSeconds(50), front.EstimateWait(0, [full]));
        Assert.Equal(TimeSpan.FromSeconds(50), front.EstimateWait(0, [full with { View = full.View with { PrefillTokensPerSecond = null } }]));
        Assert.Null(front.EstimateWait(0, [full with { View = full.View with { PrefillTokensPerSecond = null, ReleasedTokensPerSecond = null } }]));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    public void Other_shares_count_at_once_for_those_that_wait_and_keep_what_was_served(double before, double after)
    {
        var front = new FrontScheduler(
            PolicySpec.Parse("sal"), PolicySpec.Parse("vtc"), 1, new FrontLimits(), new TenantWeights(new Dictionary<string, double> { ["a"] = before }));
        for (var id = 1; id <= 400; id++)
        {
            front.Join(default, Given.Request(id, prompt: 100, max: 1, tenant: id % 2 == 0 ? "a" : "b"), 0);
        }

        Assert.InRange(OfA(40), 39 * before / (before + 1), (39 * before / (before + 1)) + 3);
        front.Reweigh(new TenantWeights(new Dictionary<string, double> { ["a"] = after }));
        Assert.InRange(OfA(40), 39 * after / (after + 1), (39 * after / (after + 1)) + 3);

        int OfA(int count) => Enumerable.Range(0, count).Count(_ => front.Next(default, 0, [Idle]).Request!.Tenant is "a");
    }

    /// <summary>Nearly all of each prompt is cached on one replica.</summary>
    private sealed class OnReplica(Func<Request, long> replica) : IPrefixHits
    {
        public bool Look(in RouteRequest request, ReadOnlySpan<FrontReplica> replicas, Span<int?> tokens)
        {
            for (var i = 0; i < replicas.Length; i++)
            {
                tokens[i] = replicas[i].View.Replica == replica(request.Request) ? 990 : 0;
            }

            return true;
        }
    }

    private static FrontScheduler Front(string queue, FrontLimits? limits = null) =>
        new(PolicySpec.Parse("sal"), PolicySpec.Parse(queue), 1, limits ?? new FrontLimits(), new TenantWeights());
}
