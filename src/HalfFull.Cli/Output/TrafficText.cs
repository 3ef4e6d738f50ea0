using HalfFull.Simulation;
using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Output;

/// <summary>Traffic and fleets in words.</summary>
internal static class TrafficText
{
    /// <summary>Such as <c>chat: 20,000 requests at 31.2/s, load 0.90 of 34.7/s</c>.</summary>
    public static string Of(Traffic traffic)
    {
        var workload = traffic.Workload;
        var rate = workload.RequestsPerSecond > 0 ? $"at {Figures.Three(workload.RequestsPerSecond)}/s" : "at once";
        var load = traffic is { Load: { } share, CapacityRequestsPerSecond: { } capacity }
            ? $", load {Figures.Three(share)} of a capacity of {Figures.Three(capacity)}/s"
            : string.Empty;
        return $"{workload.Name}: {Figures.Count(workload.Requests)} requests {rate}{load}";
    }

    /// <summary>Such as <c>4 × a100, llama-3-8b, tp 1</c>.</summary>
    public static string Of(Fleet fleet)
    {
        var groups = string.Join(" + ", fleet.Spec.Groups.Select(static group => $"{Figures.Count(group.Replicas)} × {Name(group)}"));
        return $"{groups}, {fleet.Options.Model}{(fleet.Options.Tp > 1 ? $", tp {fleet.Options.Tp}" : string.Empty)}";
    }

    /// <summary>A replica of a group, such as <c>a100</c> or <c>a100 prefill</c>.</summary>
    public static string Name(ReplicaGroup group) => group.Role switch
    {
        ReplicaRole.Prefill => $"{group.Gpu} prefill",
        ReplicaRole.Decode => $"{group.Gpu} decode",
        _ => group.Gpu,
    };

    /// <summary>Where the step times of each group of a fleet come from, such as <c>fitted step times, overhead async_assumed, 28,908 KV blocks of 16 tokens</c>.</summary>
    public static IEnumerable<string> StepModels(Fleet fleet) => fleet.StepModels.Select(use => Of(use, fleet)).Distinct(StringComparer.Ordinal);

    private static string Of(StepModelUse use, Fleet fleet)
    {
        var gpu = fleet.StepModels.Count > 1 ? $"{use.Gpu}: " : string.Empty;
        var overhead = use.Overhead is null ? "overhead included" : $"overhead {use.Overhead}";
        return $"{gpu}{use.Origin} step times, {overhead}, {Figures.Count(use.KvBlocks)} KV blocks of {fleet.Options.BlockSize} tokens";
    }
}
