using HalfFull.Gateway.Replicas;
using HalfFull.Policies;
using HalfFull.Routing;
using HalfFull.Scheduling;

namespace HalfFull.Gateway.Tests.Replicas;

/// <summary>The queue in the pool: who waits is woken exactly once, in order, by whatever makes room.</summary>
public sealed class QueueTests : IDisposable
{
    private const int Large = 5000; // more than one replica may have unstarted
    private readonly ManualTime time = new();
    private ReplicaPool pool = null!;
    private RemoteReplica[] replicas = [];

    public void Dispose() => pool.Dispose();

    [Fact]
    public async Task A_first_token_lets_the_next_go_and_an_idle_pool_lets_go_at_once()
    {
        Start("fcfs");
        var first = pool.RouteAsync(Request(1, Large), "m", isExact: false);
        Assert.True(first.IsCompletedSuccessfully);
        var second = Route(2, Large);
        var third = Route(3, Large);
        Assert.Equal((false, 2), (second.IsCompleted, pool.Waiting));

        time.Advance(1);
        pool.FirstToken(await first);
        Assert.Equal(TimeSpan.FromSeconds(1), (await second).Lease.SentAt);
        Assert.False(third.IsCompleted);
        pool.End(await second, DispatchOutcome.Failed);
        pool.End(await third, DispatchOutcome.Completed);
        Assert.Equal((0, 1L), (pool.Waiting, replicas[0].Account.Requests));
        Assert.Equal((2L, 3L), (pool.Queue.Held(HeldReason.Prefill), Sum(pool.Queue.Waits)));
        Assert.Equal(2, pool.Queue.WaitSum, 6);
    }

    [Fact]
    public async Task Short_requests_overtake_under_larry_and_not_under_fcfs()
    {
        foreach (var (queue, order) in (List<(string, long[])>)[("larry", [4, 3, 2]), ("fcfs", [2, 3, 4])])
        {
            Start(queue);
            var last = await Route(1, Large);
            var waiting = new List<Task<Dispatch>> { Route(2, 90_000), Route(3, 20_000), Route(4, Large) };
            var released = new List<long>();
            while (waiting.Count > 0)
            {
                time.Advance(0.001);
                pool.FirstToken(last);
                last = await await Task.WhenAny(waiting);
                released.Add(last.Lease.Request.Id);
                waiting.RemoveAll(task => task.IsCompleted);
            }

            Assert.Equal(order, released);
            Assert.Equal(0, pool.Queue.OvertakingViolations);
        }
    }

    [Fact]
    public async Task A_client_that_leaves_the_queue_is_gone_at_once_and_the_others_stay()
    {
        Start("fcfs", limits: new FrontLimits { MostRequests = 1 });
        _ = await Route(1, 10);
        using var leave = new CancellationTokenSource();
        var leaving = Route(2, 10, leave.Token);
        var staying = Route(3, 10);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.Equal((1, 1), (pool.Waiting, replicas[0].Account.Requests));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Route(4, 10, leave.Token));
        Assert.False(staying.IsCompleted);
        Assert.Equal(1, pool.Waiting);
    }

    [Fact]
    public async Task A_deadline_that_passes_in_the_queue_ends_the_wait()
    {
        Start("larry");
        var first = await Route(1, Large);
        var late = pool.RouteAsync(Request(2, 10) with { Deadline = TimeSpan.FromSeconds(1) }, "m", isExact: false).AsTask();
        var other = Route(3, Large);
        time.Advance(1);
        pool.Tick();
        Assert.Equal(NoReplicaReason.DeadlineExceeded, (await Assert.ThrowsAsync<NoReplicaException>(() => late)).Reason);
        Assert.False(other.IsCompleted);
        pool.FirstToken(first);
        Assert.Equal(3, (await other).Lease.Request.Id);
    }

    [Fact]
    public async Task A_queue_that_is_full_refuses_with_a_time_to_come_back_and_keeps_those_that_wait()
    {
        Start("larry", limits: new FrontLimits { MostWaiting = 1 });
        var first = await Route(1, Large);
        var waits = Route(2, Large);
        var refused = await Assert.ThrowsAsync<NoReplicaException>(() => Route(3, 10));
        Assert.Equal((NoReplicaReason.Overloaded, TimeSpan.FromSeconds(1)), (refused.Reason, refused.RetryAfter));
        Assert.Equal(1, pool.Waiting);
        pool.FirstToken(first);
        Assert.Equal(2, (await waits).Lease.Request.Id);
    }

    [Fact]
    public async Task In_a_full_queue_the_least_urgent_gives_way_to_a_more_urgent_newcomer_and_to_nobody_else()
    {
        Start("fcfs", limits: new FrontLimits { MostWaiting = 3 });
        var first = await Route(1, Large);
        var (low, lowest, same) = (Urgent(2, 0), Urgent(3, -1), Urgent(4, 0));
        Assert.Equal(NoReplicaReason.Overloaded, (await Assert.ThrowsAsync<NoReplicaException>(() => Urgent(5, -1))).Reason);
        Assert.False(lowest.IsCompleted);

        var urgent = Urgent(6, 0);
        var refused = await Assert.ThrowsAsync<NoReplicaException>(() => lowest);
        Assert.Equal((NoReplicaReason.Overloaded, TimeSpan.FromSeconds(1)), (refused.Reason, refused.RetryAfter));
        Assert.Contains("more urgent", refused.Message, StringComparison.Ordinal);

        // Of equals who came last goes first; a nearer deadline is more urgent at the same priority, and a retry is never refused.
        var soon = pool.RouteAsync(Request(7, 10) with { Deadline = TimeSpan.FromSeconds(90) }, "m", isExact: false).AsTask();
        await Assert.ThrowsAsync<NoReplicaException>(() => urgent);
        var retry = pool.RouteAsync(Request(8, 10) with { Priority = -9 }, "m", isExact: false, 1, [9]).AsTask();
        var top = Urgent(9, 5);
        await Assert.ThrowsAsync<NoReplicaException>(() => same);
        Assert.Equal((4, 3L), (pool.Waiting, pool.Queue.Displaced));

        pool.FirstToken(first);
        Assert.All(await Task.WhenAll(retry, low, soon, top), dispatch => Assert.Equal(0, dispatch.Replica.Id));

        Task<Dispatch> Urgent(long id, int priority) => Started(() => pool.RouteAsync(Request(id, 10) with { Priority = priority }, "m", isExact: false));
    }

    [Fact]
    public async Task When_every_replica_goes_those_that_wait_get_an_answer_after_a_while_unless_one_comes_back()
    {
        Start("larry", count: 2);
        Dispatch[] busy = [await Route(1, Large), await Route(2, Large)];
        var (waits, retry) = (Route(3, Large), pool.RouteAsync(Request(4, 10), "m", isExact: false, 1, [0]).AsTask());
        Assert.Equal([0, 1], busy.Select(dispatch => dispatch.Replica.Id).Order());
        Assert.True(pool.Drain(1));
        time.Advance(1);
        pool.Tick();
        time.Advance(4.9);
        pool.Tick();
        Assert.False(retry.IsCompleted);
        time.Advance(0.3);
        pool.Tick();

        // Nobody is left that the retry could go to; the other still has replica 0.
        Assert.Equal(NoReplicaReason.NoneHealthy, (await Assert.ThrowsAsync<NoReplicaException>(() => retry)).Reason);
        pool.Restarted(replicas[0], new Uri("http://elsewhere:1/"));
        time.Advance(1);
        pool.Tick();
        Assert.False(waits.IsCompleted);
        pool.Checked(replicas[0], passed: true);
        Assert.Equal(new Uri("http://elsewhere:1/"), (await waits).Endpoints.Address);
    }

    [Fact]
    public async Task A_replica_that_is_added_or_learns_another_model_takes_those_that_wait()
    {
        Start("larry");
        _ = await Route(1, Large);
        var (waits, more) = (Route(2, Large), Route(3, Large));
        var added = pool.Add(new Uri("http://new:1/"));
        Assert.False(waits.IsCompleted);
        pool.Checked(added, passed: true);
        var second = await (await Task.WhenAny(waits, more));
        Assert.Equal(added.Id, second.Replica.Id);

        var third = pool.Add(new Uri("http://third:1/"));
        pool.ServesModels(third, ["other"], ReplicaFlavour.Unknown);
        pool.Checked(third, passed: true);
        Assert.False(waits.IsCompleted && more.IsCompleted);
        pool.ServesModels(third, ["other", "m"], ReplicaFlavour.Unknown);
        Dispatch[] both = [await waits, await more];
        Assert.Equal([added.Id, third.Id], both.Select(dispatch => dispatch.Replica.Id).Order());
    }

    [Fact]
    public async Task A_replica_that_is_undrained_takes_those_that_wait()
    {
        Start("larry", count: 2);
        Assert.True(pool.Drain(1));
        _ = await Route(1, Large);
        var waits = Route(2, Large);
        Assert.False(waits.IsCompleted);
        Assert.True(pool.Undrain(1));
        Assert.Equal(1, (await waits).Replica.Id);
        Assert.False(pool.Undrain(7));
    }

    [Fact]
    public async Task Models_on_other_replicas_do_not_wait_for_each_other()
    {
        Start("fcfs", count: 2);
        pool.ServesModels(replicas[0], ["m"], ReplicaFlavour.Unknown);
        pool.ServesModels(replicas[1], ["x"], ReplicaFlavour.Unknown);
        _ = await Route(1, Large);
        var waits = Route(2, Large);
        Assert.Equal(1, (await pool.RouteAsync(Request(3, Large), "x", isExact: false)).Replica.Id);
        Assert.False(waits.IsCompleted);
    }

    [Fact]
    public async Task Answers_that_show_no_first_token_are_believed_to_start_after_the_time_of_their_prompts()
    {
        Start("fcfs");
        _ = await pool.RouteAsync(Request(1, Large), "m", isExact: false, isStreamed: false);
        var waits = Route(2, 10);
        Assert.False(waits.IsCompleted);

        // At 10,000 tokens a second until something is learned, 4,100 are left after 0.09 s.
        time.Advance(0.09);
        pool.Tick();
        Assert.False(waits.IsCompleted);
        time.Advance(0.01);
        pool.Tick();
        Assert.Equal(2, (await waits).Lease.Request.Id);
    }

    /// <summary>5,000 tokens before it at the stated 2,000 a second are 2.5 s.</summary>
    [Theory]
    [InlineData(2.5, 0)]
    [InlineData(2.7, 1)]
    public async Task A_wait_beyond_the_bound_at_the_stated_rate_is_counted(double seconds, long violations)
    {
        Start("fcfs", limits: new FrontLimits { StatedTokensPerSecond = 2000 });
        var first = await Route(1, Large);
        var second = Route(2, 10);
        time.Advance(seconds);
        pool.FirstToken(first);
        Assert.Equal(TimeSpan.FromSeconds(seconds), (await second).Lease.SentAt);
        Assert.Equal((violations, 0L), (pool.Queue.WaitViolations, pool.Queue.OvertakingViolations));
    }

    [Fact]
    public void A_release_that_breaks_the_order_is_counted()
    {
        var figures = new QueueFigures();
        Start("fcfs");
        figures.CountRelease(FrontDecision.Release(Request(1, 1), 0, "", TimeSpan.Zero, null, breaksBound: false, waitBound: null));
        figures.CountRelease(FrontDecision.Release(Request(1, 1), 0, "", TimeSpan.Zero, null, breaksBound: true, waitBound: null));
        Assert.Equal((0L, 1L), (figures.WaitViolations, figures.OvertakingViolations));
    }

    [Fact]
    public async Task A_switch_of_policies_orders_those_that_wait_anew()
    {
        Start("fcfs");
        var first = await Route(1, Large);
        var (waits, shorter) = (Route(2, 90_000), Route(3, 10));
        Assert.Throws<PolicyException>(() => pool.SwitchPolicy(PolicySpec.Parse("sal"), PolicySpec.Parse("sal")));
        pool.SwitchPolicy(PolicySpec.Parse("round-robin"), PolicySpec.Parse("sjf"));
        Assert.Equal(("round-robin", "sjf"), (pool.Policies.Router.Name, pool.Policies.Queue.Name));
        pool.FirstToken(first);
        Assert.Equal(3, (await shorter).Lease.Request.Id);
        Assert.Equal(2, (await waits).Lease.Request.Id);
    }

    /// <summary>Many clients at once, leaving and failing at random, with replicas that come and go: everybody gets exactly one end, and nothing is left.</summary>
    [Theory]
    [InlineData("larry")]
    [InlineData("vtc")]
    public async Task Nobody_is_forgotten_whatever_happens_at_the_same_time(string queue)
    {
        const int clients = 32;
        const int each = 150;
        Start(queue, count: 3, limits: new FrontLimits { MostRequests = 2, MostUnstartedTokens = 500 });
        var trouble = Task.Run(TroubleAsync);
        var ends = new int[3];
        var all = Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => ClientAsync(client, each, ends))));
        await Task.WhenAll(all, trouble).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(clients * each, ends.Sum());
        Assert.True(ends[0] > 0 && ends[1] > 0, $"Sent {ends[0]}, left {ends[1]}, refused {ends[2]}.");
        Assert.Equal(0, pool.Waiting);
        Assert.All(replicas, replica => Assert.True(replica.Account.IsEmpty));
        Assert.Equal(replicas.Sum(replica => replica.Requests), Sum(pool.Queue.Waits));
        Assert.Equal(0, pool.Queue.OvertakingViolations);
    }

    /// <summary>Ends before the clients do: from then on nothing but what they do themselves can wake anybody, for no timer fires.</summary>
    private async Task TroubleAsync()
    {
        var rng = new Rng(99);
        for (var round = 0; round < 300; round++)
        {
            // Replica 0 stays, so that nobody is refused for want of one.
            var replica = replicas[1 + rng.NextInt32(2)];
            for (var i = 0; i < 3; i++)
            {
                pool.Checked(replica, passed: rng.NextInt32(2) == 0);
            }

            if (rng.NextInt32(5) == 0)
            {
                var policies = pool.Policies;
                pool.SwitchPolicy(policies.Router, policies.Queue);
            }

            time.Advance(0.001);
            await Task.Yield();
        }

        // Two replicas that stay as they are from here on.
        pool.Checked(replicas[1], passed: true);
        pool.Checked(replicas[1], passed: true);
    }

    private async Task ClientAsync(int client, int count, int[] ends)
    {
        var rng = new Rng((ulong)client);
        for (var i = 0; i < count; i++)
        {
            using var leave = new CancellationTokenSource();
            var request = Request((client * 1000) + i, 1 + rng.NextInt32(400)) with { Tenant = $"t{client % 3}" };
            var (leaves, streamed) = (rng.NextInt32(4) == 0, rng.NextInt32(3) > 0);
            try
            {
                var route = pool.RouteAsync(request with { Arrival = pool.Now }, "m", isExact: false, isStreamed: streamed, cancellation: leave.Token);
                if (leaves)
                {
                    await leave.CancelAsync();
                }

                var dispatch = await route;
                await Task.Yield();
                if (streamed)
                {
                    pool.FirstToken(dispatch);
                }

                await Task.Yield();
                pool.End(dispatch, rng.NextInt32(9) == 0 ? DispatchOutcome.Cancelled : DispatchOutcome.Completed, request.PromptTokens, 3);
                Interlocked.Increment(ref ends[0]);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref ends[1]);
            }
            catch (NoReplicaException)
            {
                Interlocked.Increment(ref ends[2]);
            }
        }
    }

    private static long Sum(ReadOnlySpan<long> counts)
    {
        var sum = 0L;
        foreach (var count in counts)
        {
            sum += count;
        }

        return sum;
    }

    private Request Request(long id, int promptTokens) => new(id, pool.Now, promptTokens, 10);

    private Task<Dispatch> Route(long id, int promptTokens, CancellationToken cancellation = default) =>
        Started(() => pool.RouteAsync(Request(id, promptTokens), "m", isExact: false, cancellation: cancellation));

    private static async Task<Dispatch> Started(Func<ValueTask<Dispatch>> route) => await route();

    private void Start(string queue, int count = 1, FrontLimits? limits = null)
    {
        pool?.Dispose();
        pool = new ReplicaPool(new GatewayOptions
        {
            Time = time,
            Router = PolicySpec.Parse("least-tokens"),
            Queue = PolicySpec.Parse(queue),
            Limits = limits ?? new FrontLimits(),
        });
        replicas = [.. Enumerable.Range(0, count).Select(i => pool.Add(new Uri($"http://r{i}:80/")))];
        Array.ForEach(replicas, replica => pool.Checked(replica, passed: true));
    }
}
