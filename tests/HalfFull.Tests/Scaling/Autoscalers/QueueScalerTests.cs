using HalfFull.Policies;
using HalfFull.Routing;
using HalfFull.Scaling;
using HalfFull.Scaling.Autoscalers;

namespace HalfFull.Tests.Scaling.Autoscalers;

public sealed class QueueScalerTests
{
    [Theory]
    [InlineData(10, 0, 0, 0)] // 5 for each of two
    [InlineData(11, 0, 0, 1)]
    [InlineData(16, 0, 0, 2)]
    [InlineData(16, 0, 2, 0)] // two are starting
    [InlineData(900, 0, 0, 4)] // at most four at once
    [InlineData(5, 9, 0, 1)] // held at the gateway
    public void Adds_as_many_as_the_queue_asks_for(int waiting, int held, int starting, int change)
    {
        var scaler = new QueueScaler(new QueueScaler.Options());

        Assert.Equal(change, Change(scaler, 0, held, starting, View(waiting, 0), View(0, 0)));
    }

    [Fact]
    public void Counts_queued_prefill_when_asked()
    {
        var scaler = new QueueScaler(new QueueScaler.Options { Requests = null, Prefill = 1_000 });

        Assert.Equal(0, Change(scaler, 0, held: 0, starting: 0, View(50, 900), View(0, 1_100)));
        Assert.Equal(3, Change(scaler, 1, held: 0, starting: 0, View(0, 4_500), View(0, 0)));
    }

    [Fact]
    public void Drains_one_after_a_quiet_time_if_the_others_have_room()
    {
        var scaler = new QueueScaler(new QueueScaler.Options { After = TimeSpan.FromSeconds(60) });
        var changes = Enumerable.Range(0, 13).Select(i => Change(scaler, 10 * i, held: 0, starting: 0, View(1, 0), View(0, 0))).ToArray();

        Assert.Equal([0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0], changes);

        // 7,000 tokens are more than 60% of the 10,000 of the one that would be left.
        var full = new QueueScaler(new QueueScaler.Options { After = TimeSpan.Zero });
        Assert.Equal(0, Change(full, 0, held: 0, starting: 0, View(0, 0, used: 3_500), View(0, 0, used: 3_500)));
        Assert.Equal(-1, Change(full, 1, held: 0, starting: 0, View(0, 0, used: 3_000), View(0, 0, used: 3_000)));
    }

    [Fact]
    public void Something_must_be_too_much()
    {
        var error = Assert.Throws<PolicyException>(static () => new QueueScaler(new QueueScaler.Options { Requests = null }));

        Assert.Equal("Policy 'queue' has nothing to go by; give its option 'requests' or 'prefill' a number.", error.Message);
    }

    private static int Change(QueueScaler scaler, int seconds, int held, int starting, params ReplicaView[] views) =>
        scaler.Change(new FleetMoment { Now = TimeSpan.FromSeconds(seconds), Serving = views, Starting = starting, Held = held });

    private static ReplicaView View(int waiting, int prefill, int used = 0) => new()
    {
        Replica = 0,
        Running = 1,
        Waiting = waiting,
        QueuedPrefillTokens = prefill,
        KvTokensInUse = used,
        KvTokensQueued = 0,
        KvCapacityTokens = 10_000,
    };
}
