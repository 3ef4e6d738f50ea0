using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Runs;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Simulation.Tests.Runs;

public sealed class TrafficTests
{
    private static readonly Fleet One = Fleet.Build(FleetSpec.Of("a100", 1), new FleetOptions());
    private static readonly Workload Chat = WorkloadCatalog.Open("chat", new WorkloadOptions { Limit = 500 });

    [Fact]
    public void Load_scales_arrivals_to_a_share_of_the_capacity()
    {
        var traffic = Traffic.AtLoad(Chat, One, 0.5, seed: 1);

        Assert.Equal(0.5 * traffic.CapacityRequestsPerSecond!.Value, traffic.Workload.RequestsPerSecond, 6);
        Assert.Equal(0.5, traffic.Load!.Value, 6);
    }

    [Fact]
    public void Capacity_does_not_depend_on_the_rate() => Assert.Equal(
        Capacity.Measure(Chat, One, seed: 1),
        Capacity.Measure(Chat.WithRate(1000), One, seed: 1));

    [Fact]
    public void Two_replicas_have_nearly_twice_the_capacity()
    {
        var many = WorkloadCatalog.Open("chat", new WorkloadOptions { Limit = 2_000 });
        var two = Fleet.Build(FleetSpec.Of("a100", 2), new FleetOptions());

        Assert.InRange(Capacity.Measure(many, two, seed: 1) / Capacity.Measure(many, One, seed: 1), 1.7, 2.1);
    }

    [Fact]
    public void Traffic_on_another_fleet_keeps_its_rate_and_tells_the_load_there()
    {
        var traffic = Traffic.AtLoad(Chat, One, 0.5, seed: 1);
        var two = traffic.On(Fleet.Build(FleetSpec.Of("a100", 2), new FleetOptions()), seed: 1);

        Assert.Same(traffic.Workload, two.Workload);
        Assert.InRange(two.Load!.Value, 0.2, 0.4);
    }

    [Fact]
    public void A_workload_of_which_nothing_fits_has_no_capacity()
    {
        var tiny = Fleet.Build(FleetSpec.Of("a100", 1), new FleetOptions { KvBlocks = 1, BlockSize = 1 });

        Assert.Contains("prompt tokens, more than the", Assert.Throws<WorkloadException>(() => Capacity.Measure(Chat, tiny, seed: 1)).Message, StringComparison.Ordinal);
    }
}
