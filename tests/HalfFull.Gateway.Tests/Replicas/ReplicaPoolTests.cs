using HalfFull.Gateway.Replicas;
using HalfFull.Policies;
using HalfFull.Routing;

namespace HalfFull.Gateway.Tests.Replicas;

public sealed class ReplicaPoolTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void Sends_to_replicas_that_serve_the_model_and_take_requests_only()
    {
        var (pool, replicas) = Pool(3);
        pool.ServesModels(replicas[0], ["other"], ReplicaFlavour.Unknown);
        Assert.True(pool.Drain(1));
        Assert.Equal(2, Route(pool, 1, 10).Replica.Id);

        Assert.Equal(NoReplicaReason.NoneHealthy, Assert.Throws<NoReplicaException>(() => AtOnce(pool.RouteAsync(Request(2, 10), "m", false, 1, [2]))).Reason);
        pool.ServesModels(replicas[1], ["x"], ReplicaFlavour.Unknown);
        pool.ServesModels(replicas[2], ["x"], ReplicaFlavour.Unknown);
        Assert.Equal(NoReplicaReason.UnknownModel, Assert.Throws<NoReplicaException>(() => Route(pool, 3, 10)).Reason);
    }

    /// <summary>How many tokens a unit counts is learned, so it changes between two turns of one conversation.</summary>
    [Fact]
    public void A_conversation_goes_back_to_the_replica_that_has_its_beginning_however_large_its_units_are_now()
    {
        var (pool, _) = Pool(3, "sal");
        var first = Turn(1, 128);
        for (var id = 2; id <= 9; id++)
        {
            Assert.Equal(first, Turn(id, 128 - (id % 3)));
        }

        int Turn(long id, int unit)
        {
            var request = Request(id, 1200) with { PrefixHashes = new long[] { 11, 12, 13, 14, 15, 16, 17, 18 }, PrefixUnitTokens = unit };
            var dispatch = AtOnce(pool.RouteAsync(request, "m", false));
            pool.End(dispatch, DispatchOutcome.Completed);
            return dispatch.Replica.Id;
        }
    }

    /// <summary>A turn of 1,200 tokens of which 1,024 lie in whole units: once they are there, only the rest is queued.</summary>
    [Fact]
    public void The_ledger_counts_what_of_a_prompt_the_replica_must_compute_and_learns_when_its_cache_holds_less()
    {
        var (pool, replicas) = Pool(1, "sal");
        Assert.Equal(1200, Queued(1, found: null));
        Assert.Equal(176, Queued(2, found: null));
        for (var id = 3; id <= 10; id++)
        {
            Assert.Equal(176, Queued(id, found: 0));
        }

        // Eight answers said that nothing was found there.
        Assert.Equal(1184, Queued(11, found: null));
        Assert.True(replicas[0].Account.IsEmpty);

        long? Queued(long id, int? found)
        {
            var request = Request(id, 1200) with { PrefixHashes = new long[] { 11, 12, 13, 14, 15, 16, 17, 18 }, PrefixUnitTokens = 128 };
            var dispatch = AtOnce(pool.RouteAsync(request, "m", false));
            var front = LoadEstimate.Front(replicas[0], pool.Now);
            Assert.Equal((front.UnstartedTokens, 1200L), (front.View.QueuedPrefillTokens, front.View.KvTokensInUse));
            Assert.Equal(front.UnstartedTokens, front.View.InFlightPrefillTokens);
            pool.End(dispatch, DispatchOutcome.Completed, cachedTokens: found);
            return front.UnstartedTokens;
        }
    }

    [Fact]
    public void Health_needs_three_failures_to_go_and_two_successes_to_come_back()
    {
        var (pool, replicas) = Pool(1);
        Check(pool, replicas[0], false, false);
        Assert.Equal(ReplicaState.Ready, replicas[0].State);
        Check(pool, replicas[0], false);
        Assert.Equal(ReplicaState.Down, replicas[0].State);
        Check(pool, replicas[0], true);
        Assert.Equal(ReplicaState.Down, replicas[0].State);
        Check(pool, replicas[0], true);
        Assert.Equal(ReplicaState.Ready, replicas[0].State);
    }

    [Fact]
    public void Without_metrics_the_view_is_the_ledger()
    {
        var (pool, replicas) = Pool(1);
        var first = Route(pool, 1, 100);
        Route(pool, 2, 40);
        pool.FirstToken(first);
        pool.AddOutput(first, 7);

        var view = LoadEstimate.View(replicas[0], pool.Now);
        Assert.Equal((40L, 147L, 0L), (view.QueuedPrefillTokens, view.KvTokensInUse, view.KvTokensQueued));
        Assert.Equal((2, 140L, 0, TimeSpan.Zero), (view.InFlightRequests, view.InFlightPromptTokens, view.UnreportedRequests, view.Age));
        Assert.Equal((null, null, null, null), (view.Running, view.Waiting, view.KvCapacityTokens, view.PrefillTokensPerSecond));
    }

    [Fact]
    public void A_report_corrects_the_ledger_and_what_came_later_is_shown_beside_it()
    {
        var (pool, replicas) = Pool(1);
        Route(pool, 1, 1000);
        time.Advance(1);
        pool.Reported(replicas[0], Report(waiting: 0, running: 3, usage: 0.4), pool.Now);
        time.Advance(0.5);
        Route(pool, 2, 50);

        // The engine holds 4,000 tokens where the ledger knew of 1,000: others send there too.
        var view = LoadEstimate.View(replicas[0], pool.Now);
        Assert.Equal((3, 0, 10_000L, 4000L), (view.Running, view.Waiting, view.KvCapacityTokens, view.KvTokensInUse));
        Assert.Equal((1, 50L, 50L), (view.UnreportedRequests, view.UnreportedPrefillTokens, view.UnreportedPromptTokens));
        Assert.Equal((1000L, TimeSpan.FromSeconds(0.5)), (view.QueuedPrefillTokens, view.Age));
        Assert.Equal(3000, replicas[0].DriftTokens);
    }

    [Fact]
    public void Requests_without_a_first_token_that_the_engine_says_are_running_are_not_queued()
    {
        var (pool, replicas) = Pool(1);
        for (var i = 0; i < 10; i++)
        {
            Route(pool, i, 100 + i);
        }

        pool.Reported(replicas[0], Report(waiting: 1, running: 9, usage: 0.1), pool.Now);
        Assert.Equal(109 + 108, LoadEstimate.View(replicas[0], pool.Now).QueuedPrefillTokens);
    }

    [Fact]
    public void A_report_that_is_too_old_is_dropped()
    {
        var (pool, replicas) = Pool(1);
        pool.Reported(replicas[0], Report(waiting: 9, running: 9, usage: 0.9), pool.Now);
        time.Advance(11);
        Assert.Null(LoadEstimate.View(replicas[0], pool.Now).Waiting);
        Assert.Equal(0, LoadEstimate.View(replicas[0], pool.Now).KvTokensInUse);
    }

    [Fact]
    public void A_counter_that_falls_tells_of_a_restart()
    {
        var (pool, replicas) = Pool(1);
        pool.Reported(replicas[0], Report(0, 1, 0.1) with { GenerationTokens = 500 }, pool.Now);
        var before = Route(pool, 1, 100);
        pool.Reported(replicas[0], Report(0, 0, 0) with { GenerationTokens = 3 }, pool.Now);
        Assert.Equal(2, replicas[0].Account.Epoch);
        Assert.True(replicas[0].Account.IsEmpty);
        pool.End(before, DispatchOutcome.Failed);
        Assert.True(replicas[0].Account.IsEmpty);
        Assert.Equal(0, replicas[0].Failures);
    }

    [Fact]
    public void An_exact_prompt_larger_than_every_memory_is_refused_and_an_estimate_is_not()
    {
        var (pool, replicas) = Pool(1);
        pool.Reported(replicas[0], Report(0, 0, 0), pool.Now);
        Assert.Equal(NoReplicaReason.TooLarge, Assert.Throws<NoReplicaException>(() => AtOnce(pool.RouteAsync(Request(1, 10_001), "m", isExact: true))).Reason);
        Assert.Equal(0, AtOnce(pool.RouteAsync(Request(2, 10_001), "m", isExact: false)).Replica.Id);
    }

    [Fact]
    public void Rates_are_learned_from_first_tokens_and_ends()
    {
        var (pool, replicas) = Pool(1);
        for (var i = 0; i < 20; i++)
        {
            var dispatch = Route(pool, i, 1000);
            time.Advance(0.5);
            pool.FirstToken(dispatch);
            time.Advance(0.5);
            pool.End(dispatch, DispatchOutcome.Completed, 1000, 100);
        }

        Assert.Equal(2000, replicas[0].Rates.PrefillTokensPerSecond);
        Assert.Equal(100, replicas[0].Rates.MeanOutputTokens!.Value, 9);
        Assert.InRange(replicas[0].Rates.ReleasedTokensPerSecond!.Value, 1000, 2200);
    }

    [Fact]
    public void Threads_that_end_attempts_twice_and_in_any_order_leave_nothing()
    {
        var (pool, replicas) = Pool(4);
        Parallel.For(0, 2000, i =>
        {
            var dispatch = Route(pool, i, 1 + (i % 50));
            if (i % 3 > 0)
            {
                pool.FirstToken(dispatch);
                pool.AddOutput(dispatch, i % 7);
            }

            if (i % 500 == 0)
            {
                pool.Reported(dispatch.Replica, Report(0, 1, 0.5), pool.Now);
            }

            Parallel.Invoke(() => pool.End(dispatch, DispatchOutcome.Completed), () => pool.End(dispatch, DispatchOutcome.Cancelled));
        });
        Assert.All(replicas, replica => Assert.True(replica.Account.IsEmpty));
        Assert.Equal(2000, replicas.Sum(replica => replica.Requests));
    }

    private static EngineReport Report(int waiting, int running, double usage) =>
        new() { Waiting = waiting, Running = running, KvUsage = usage, KvCapacityTokens = 10_000 };

    private static Request Request(long id, int promptTokens) => new(id, TimeSpan.Zero, promptTokens, 10);

    private static Dispatch Route(ReplicaPool pool, long id, int promptTokens) => AtOnce(pool.RouteAsync(Request(id, promptTokens), "m", isExact: false));

    private static Dispatch AtOnce(ValueTask<Dispatch> route)
    {
        Assert.True(route.IsCompleted);
        return route.GetAwaiter().GetResult();
    }

    private static void Check(ReplicaPool pool, RemoteReplica replica, params bool[] results) => Array.ForEach(results, passed => pool.Checked(replica, passed));

    private (ReplicaPool Pool, RemoteReplica[] Replicas) Pool(int count, string router = "least-tokens")
    {
        var pool = new ReplicaPool(new GatewayOptions { Time = time, Router = PolicySpec.Parse(router) });
        var replicas = Enumerable.Range(0, count).Select(i => pool.Add(new Uri($"http://r{i}:80/"))).ToArray();
        Array.ForEach(replicas, replica => pool.Checked(replica, passed: true));
        return (pool, replicas);
    }
}
