using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Policies;

namespace HalfFull.Simulation.Tests.Handovers;

/// <summary>Fleets in which some replicas prefill and others decode.</summary>
internal static class GivenSplit
{
    /// <summary>A token takes a millisecond, and each copy 5 ms more.</summary>
    internal static readonly KvTransferTime MillisecondPerToken = new(bytesPerToken: 1, bytesPerSecond: 1000, TimeSpan.FromMilliseconds(5));

    internal static ReplicaSpec Prefill(EngineLimits? limits = null) => Given.Replica(limits) with { Role = ReplicaRole.Prefill };

    internal static ReplicaSpec Decode(EngineLimits? limits = null) => Given.Replica((limits ?? Given.Limits()) with { PrefixCaching = false }) with { Role = ReplicaRole.Decode };

    internal static SimulationSetup Setup(params ReplicaSpec[] fleet) =>
        Given.Setup("vllm", "round-robin", fleet) with { KvTransfer = MillisecondPerToken, DecodeHeadroom = 0 };

    internal static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    /// <summary>A random fleet and workload, with roles, links, room to keep free and other policies for decoding.</summary>
    internal static (SimulationSetup Setup, RandomScenario Workload) Random(string engine, ulong seed)
    {
        var rng = new Rng(seed).Fork("split");
        var workload = RandomScenario.Of(seed);
        var decoders = workload.Fleet.Take(1 + rng.NextInt32(workload.Fleet.Count)).Select(spec => spec with { Role = ReplicaRole.Decode, Limits = spec.Limits with { PrefixCaching = false } });
        workload = workload with { Fleet = [.. workload.Fleet.Select(static spec => spec with { Role = ReplicaRole.Prefill }), .. decoders] };
        return (workload.Setup(engine) with
        {
            KvTransfer = new KvTransferTime(1, Pick(rng, 500, 20_000, 1e9), TimeSpan.FromMilliseconds(Pick(rng, 0, 0, 1, 10))),
            DecodeHeadroom = Pick(rng, 0, 0, 20, 512),
            DecodeRouter = Pick(rng, null, PolicySpec.Parse("least-requests"), PolicySpec.Parse("sal"), PolicySpec.Parse("sal:hold=20ms")),
            DecodeEngine = Pick(rng, null, PolicySpec.Parse("vllm"), PolicySpec.Parse("larry")),
        }, workload);
    }

    private static T Pick<T>(Rng rng, params T[] options) => options[rng.NextInt32(options.Length)];
}
