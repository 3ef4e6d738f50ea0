using HalfFull.Gateway.Replicas;
using HalfFull.Policies;

namespace HalfFull.Gateway.Tests.Replicas;

/// <summary>Prefix hits at the gateway: an index of what it has sent where.</summary>
public sealed class ReplicaPoolPrefixTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void A_prompt_goes_where_its_beginning_was_sent_while_loads_allow()
    {
        var pool = Pool("lmetric");
        var home = End(pool, Route(pool, 1, "m", 1, 2, 3));

        for (var id = 2; id < 30; id++)
        {
            Assert.Equal(home, End(pool, Route(pool, id, "m", 1, 2, 3, id)));
        }
    }

    [Fact]
    public void Another_model_has_another_cache()
    {
        var pool = Pool("lmetric");
        for (var id = 0; id < 40; id++)
        {
            End(pool, Route(pool, 1, "m", 1, 2, 3));
        }

        var homes = Enumerable.Range(100, 60).Select(id => End(pool, Route(pool, id, $"model-{id}", 1, 2, 3))).Distinct();
        Assert.Equal(4, homes.Count());
    }

    [Fact]
    public void A_restart_forgets_what_was_sent()
    {
        var pool = Pool("lmetric");
        var home = End(pool, Route(pool, 1, "m", 1, 2, 3));
        Restart(pool, home);

        // Nobody holds it any more: the hash of each request decides.
        Assert.Equal(4, Enumerable.Range(0, 60).Select(id => Choose(id)).Distinct().Count());

        int Choose(int id)
        {
            var fresh = Pool("lmetric");
            End(fresh, Route(fresh, 1, "m", 1, 2, 3));
            Restart(fresh, home);
            return End(fresh, Route(fresh, 100 + id, "m", 1, 2, 3));
        }
    }

    [Fact]
    public void A_router_that_needs_predictions_is_refused() =>
        Assert.Contains("oracle-work", Assert.Throws<PolicyException>(() => Pool("oracle-work")).Message, StringComparison.Ordinal);

    private static void Restart(ReplicaPool pool, int id)
    {
        var replica = pool.Read(replicas => replicas[id]);
        pool.Restarted(replica, new Uri("http://127.0.0.1:9000"));
        pool.Checked(replica, passed: true);
    }

    private static Dispatch Route(ReplicaPool pool, long id, string model, params long[] chain) =>
        pool.Route(new Request(id, pool.Now, 1000, 100) { PrefixHashes = chain, PrefixUnitTokens = 64 }, model, isExact: false);

    private static int End(ReplicaPool pool, Dispatch dispatch)
    {
        pool.End(dispatch, DispatchOutcome.Completed, 1000, 10);
        return dispatch.Replica.Id;
    }

    private ReplicaPool Pool(string router)
    {
        var pool = new ReplicaPool(new GatewayOptions { Router = PolicySpec.Parse(router), Time = time });
        for (var i = 0; i < 4; i++)
        {
            pool.Checked(pool.Add(new Uri($"http://127.0.0.1:{9000 + i}")), passed: true);
        }

        return pool;
    }
}
