using System.Globalization;
using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Simulation.Runs;

/// <summary>The error of a workload of which a fleet can serve no request.</summary>
internal static class NothingFits
{
    internal static WorkloadException In(IWorkload workload, Fleet fleet)
    {
        var tokens = fleet.Replicas.Max(replica => replica.Limits.KvCapacityTokens);
        var length = fleet.Options.MaxModelLength is { } limit ? string.Create(CultureInfo.InvariantCulture, $" and a context limit of {limit}") : string.Empty;
        return new WorkloadException(string.Create(
            CultureInfo.InvariantCulture,
            $"No request of {workload.Name} fits a replica with a KV cache of {tokens} tokens{length}: every prompt is too long; give a larger --gpu, --tp, --kv-blocks or --max-model-len."));
    }
}
