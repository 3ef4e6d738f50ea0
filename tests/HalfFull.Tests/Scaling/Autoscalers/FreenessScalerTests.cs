using HalfFull.Routing;
using HalfFull.Scaling;
using HalfFull.Scaling.Autoscalers;

namespace HalfFull.Tests.Scaling.Autoscalers;

public sealed class FreenessScalerTests
{
    private static readonly FreenessScaler.Options Band = new() { Low = 100, High = 1000, After = TimeSpan.FromSeconds(20) };

    [Fact]
    public void Adds_a_replica_once_freeness_has_been_below_the_band_for_its_time()
    {
        // 2 x 10,000 tokens, 18,100 needed by 20 requests: 95 tokens each.
        var scaler = new FreenessScaler(Band);

        Assert.Equal([0, 0, 1, 0, 0, 1], Ask(scaler, starting: 0, View(10, 9_000), View(10, 9_100)));
    }

    [Fact]
    public void A_moment_within_the_band_starts_the_wait_anew()
    {
        var scaler = new FreenessScaler(Band);
        ReplicaView[] pressed = [View(10, 9_500)];
        ReplicaView[] fine = [View(10, 8_000)];

        Assert.Equal([0, 0, 0, 0, 0, 1], new[] { pressed, pressed, fine, pressed, pressed, pressed }.Select((views, i) => Change(scaler, 10 * i, starting: 0, views)));
    }

    [Fact]
    public void Who_starts_counts_as_empty()
    {
        var scaler = new FreenessScaler(Band);

        Assert.All(Ask(scaler, starting: 1, View(10, 9_500)), static change => Assert.Equal(0, change));
    }

    [Theory]
    [InlineData(4_900, -1)] // without one: (20,000 - 10,000 - 9,800) / 20 requests
    [InlineData(5_100, 0)]
    public void Drains_one_only_when_the_band_would_be_exceeded_without_it(int used, int change)
    {
        var scaler = new FreenessScaler(Band with { High = 9 });

        Assert.Equal(change, Ask(scaler, starting: 0, View(10, used), View(10, used))[2]);
    }

    [Fact]
    public void An_idle_replica_does_not_hide_that_the_other_is_full_and_unknown_capacities_change_nothing()
    {
        var scaler = new FreenessScaler(Band with { Low = 500 });

        Assert.Equal(1, Ask(scaler, starting: 0, View(100, 10_000), View(0, 0))[2]);
        Assert.All(Ask(new FreenessScaler(Band), starting: 0, View(9, 9_000) with { KvCapacityTokens = null }), static change => Assert.Equal(0, change));
    }

    private static int[] Ask(FreenessScaler scaler, int starting, params ReplicaView[] views) =>
        [.. Enumerable.Range(0, 6).Select(i => Change(scaler, 10 * i, starting, views))];

    private static int Change(FreenessScaler scaler, int seconds, int starting, ReplicaView[] views) =>
        scaler.Change(new FleetMoment { Now = TimeSpan.FromSeconds(seconds), Serving = views, Starting = starting, Held = 0 });

    private static ReplicaView View(int requests, int used) =>
        new() { Replica = 0, Running = requests, Waiting = 0, KvTokensInUse = used, KvTokensQueued = 0, KvCapacityTokens = 10_000 };
}
