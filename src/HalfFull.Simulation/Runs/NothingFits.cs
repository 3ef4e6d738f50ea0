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
        var length = fleet.Options.MaxModelLength is { } limit ? string.Create(CultureInfo.InvariantCulture, $" and --max-model-len {limit}") : string.Empty;
        return new WorkloadException(string.Create(
            CultureInfo.InvariantCulture,
            $"No request of {workload.Name} fits a replica, prompt and output limit of {workload.OutputLimit} together, with a KV cache of {tokens} tokens{length}; choose a larger GPU, more --tp or a lower --max-output-tokens."));
    }
}
