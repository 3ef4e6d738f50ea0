using HalfFull.Gateway.Health;
using HalfFull.Gateway.Replicas;
using HalfFull.Policies;

namespace HalfFull.Gateway.Tests.Health;

public sealed class SlowStartTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void The_share_grows_with_time_or_with_first_tokens_whichever_is_sooner()
    {
        var options = new GatewayOptions();
        var slow = new SlowStart();
        Assert.Equal(1, slow.ShareAt(TimeSpan.Zero, options));
        slow.Begin(TimeSpan.FromSeconds(10));
        Assert.Equal(0.1, slow.ShareAt(TimeSpan.FromSeconds(10), options), 9);
        Assert.Equal(0.55, slow.ShareAt(TimeSpan.FromSeconds(25), options), 9);
        for (var i = 0; i < 80; i++)
        {
            slow.FirstToken();
        }

        Assert.Equal(0.82, slow.ShareAt(TimeSpan.FromSeconds(25), options), 9);
        Assert.Equal(1, slow.ShareAt(TimeSpan.FromSeconds(40), options));
        slow.Begin(TimeSpan.FromSeconds(50));
        Assert.Equal(1, slow.ShareAt(TimeSpan.FromSeconds(50), options with { SlowStartTime = TimeSpan.Zero }));
    }

    [Fact]
    public void A_replica_that_comes_back_grows_from_a_tenth_of_what_the_others_have()
    {
        var (pool, replicas) = Pool(3);
        for (var i = 0; i < 40; i++)
        {
            Route(pool, Request(i));
        }

        Restart(pool, replicas[2]);
        Assert.Equal(0, replicas[2].Account.Requests);

        // Two others have about 14 each; a tenth of that is 1.4, so it takes two at once, although an empty replica looks best.
        var sent = Enumerable.Range(100, 10).Select(i => Route(pool, Request(i)).Replica.Id).ToArray();
        Assert.Equal(2, sent.Count(id => id == 2));

        time.Advance(15);
        sent = [.. Enumerable.Range(200, 20).Select(i => Route(pool, Request(i)).Replica.Id)];
        Assert.InRange(replicas[2].Account.Requests, 9, 13);
        time.Advance(16);
        sent = [.. Enumerable.Range(300, 8).Select(i => Route(pool, Request(i)).Replica.Id)];
        Assert.All(sent, id => Assert.Equal(2, id));
    }

    [Fact]
    public void A_replica_in_slow_start_takes_everything_when_it_is_the_only_one()
    {
        var (pool, replicas) = Pool(2);
        Restart(pool, replicas[1]);
        Assert.True(pool.Drain(0));
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(1, Route(pool, Request(i)).Replica.Id));
    }

    [Fact]
    public void What_the_gateway_finds_when_it_starts_is_warm()
    {
        var (pool, replicas) = Pool(2);
        Assert.All(replicas, replica => Assert.Equal(1, replica.Health.ShareAt(pool.Now, new GatewayOptions())));
    }

    private static Dispatch Route(ReplicaPool pool, Request request) => pool.RouteAsync(request, "m", isExact: false).AsTask().GetAwaiter().GetResult();

    private static Request Request(long id) => new(id, TimeSpan.Zero, 10, 10);

    private static void Restart(ReplicaPool pool, RemoteReplica replica)
    {
        pool.Restarted(replica, replica.Address);
        pool.Checked(replica, passed: true);
    }

    private (ReplicaPool Pool, RemoteReplica[] Replicas) Pool(int count)
    {
        var pool = new ReplicaPool(new GatewayOptions { Time = time, Queue = PolicySpec.Parse("none"), Router = PolicySpec.Parse("least-requests") });
        var replicas = Enumerable.Range(0, count).Select(i => pool.Add(new Uri($"http://r{i}:80/"))).ToArray();
        Array.ForEach(replicas, replica => pool.Checked(replica, passed: true));
        return (pool, replicas);
    }
}
