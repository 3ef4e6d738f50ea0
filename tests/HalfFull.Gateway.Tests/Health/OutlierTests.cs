using HalfFull.Gateway.Replicas;
using HalfFull.Policies;

namespace HalfFull.Gateway.Tests.Health;

public sealed class OutlierTests
{
    private readonly ManualTime time = new();
    private readonly List<string> notices = [];

    [Fact]
    public void A_replica_with_many_more_errors_than_the_others_is_left_out_and_comes_back_slowly()
    {
        var (pool, replicas) = Pool(3);
        Serve(pool, failing: 1, count: 90);
        Check(pool, replicas);
        Assert.Equal("ejected", Shares(pool, replicas).Single(share => share.Value == 0).Key == 1 ? "ejected" : "another");
        Assert.Single(notices);
        Assert.All(Enumerable.Range(0, 20), _ => Assert.NotEqual(1, Once(pool, fails: false)));

        time.Advance(30);
        Assert.Equal(0.1, Shares(pool, replicas)[1], 9);
        time.Advance(31);
        Assert.Equal(1, Shares(pool, replicas)[1]);
    }

    [Fact]
    public void Never_more_than_the_share_is_left_out()
    {
        var (pool, replicas) = Pool(4);
        for (var i = 0; i < 120; i++)
        {
            var dispatch = Route(pool, Request(i));
            pool.End(dispatch, dispatch.Replica.Id < 2 && i % 2 == 0 ? DispatchOutcome.Failed : DispatchOutcome.Completed);
        }

        Check(pool, replicas);
        Assert.Equal(1, Shares(pool, replicas).Count(share => share.Value == 0));
    }

    [Fact]
    public void A_replica_whose_first_tokens_take_far_longer_is_left_out()
    {
        var (pool, replicas) = Pool(3);
        for (var i = 0; i < 45; i++)
        {
            var dispatch = Route(pool, Request(i));
            time.Advance(dispatch.Replica.Id == 2 ? 2 : 0.05);
            pool.FirstToken(dispatch);
            pool.End(dispatch, DispatchOutcome.Completed);
        }

        Check(pool, replicas);
        Assert.Equal([1, 1, 0], Shares(pool, replicas).Values);
    }

    [Fact]
    public void Few_requests_or_equal_faults_tell_nothing_and_everybody_out_is_nobody_out()
    {
        var (pool, replicas) = Pool(2);
        Serve(pool, failing: 1, count: 10);
        Check(pool, replicas);
        Assert.Equal([1, 1], Shares(pool, replicas).Values);

        for (var i = 0; i < 40; i++)
        {
            pool.End(Route(pool, Request(i)), i % 4 < 2 ? DispatchOutcome.Failed : DispatchOutcome.Completed);
        }

        Check(pool, replicas);
        Assert.Equal([1, 1], Shares(pool, replicas).Values);

        Serve(pool, failing: 0, count: 60);
        Check(pool, replicas);
        Assert.Equal([0, 1], Shares(pool, replicas).Values);
        Assert.True(pool.Drain(1));
        Assert.Equal(0, Once(pool, fails: false));
    }

    private static Dispatch Route(ReplicaPool pool, Request request) => pool.RouteAsync(request, "m", isExact: false).AsTask().GetAwaiter().GetResult();

    private static Request Request(long id) => new(id, TimeSpan.Zero, 10, 10);

    /// <summary>Sends in turn; of one replica every other request fails, which does not open its breaker.</summary>
    private static void Serve(ReplicaPool pool, int failing, int count)
    {
        var turn = 0;
        for (var i = 0; i < count; i++)
        {
            var dispatch = Route(pool, Request(i));
            var fails = dispatch.Replica.Id == failing && turn++ % 2 == 0;
            pool.End(dispatch, fails ? DispatchOutcome.Failed : DispatchOutcome.Completed);
        }
    }

    private static int Once(ReplicaPool pool, bool fails)
    {
        var dispatch = Route(pool, Request(1));
        pool.End(dispatch, fails ? DispatchOutcome.Failed : DispatchOutcome.Completed);
        return dispatch.Replica.Id;
    }

    private static SortedDictionary<int, double> Shares(ReplicaPool pool, RemoteReplica[] replicas) =>
        new(replicas.ToDictionary(replica => replica.Id, replica => replica.Health.ShareAt(pool.Now, new GatewayOptions())));

    private void Check(ReplicaPool pool, RemoteReplica[] replicas)
    {
        time.Advance(10);
        pool.Checked(replicas[0], passed: true);
    }

    private (ReplicaPool Pool, RemoteReplica[] Replicas) Pool(int count)
    {
        var pool = new ReplicaPool(new GatewayOptions { Time = time, Queue = PolicySpec.Parse("none"), Router = PolicySpec.Parse("round-robin"), Notice = notices.Add });
        var replicas = Enumerable.Range(0, count).Select(i => pool.Add(new Uri($"http://r{i}:80/"))).ToArray();
        Array.ForEach(replicas, replica => pool.Checked(replica, passed: true));
        return (pool, replicas);
    }
}
