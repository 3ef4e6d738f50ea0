namespace HalfFull.Simulation.Workloads;

/// <summary>The first requests of a workload, all arriving at time 0: what the capacity of a fleet is measured with.</summary>
/// <param name="workload">Where the requests come from.</param>
/// <param name="requests">How many, at most.</param>
public sealed class Burst(IWorkload workload, int requests) : IWorkload
{
    /// <inheritdoc/>
    public string Name => workload.Name;

    /// <inheritdoc/>
    public string Sha256 => workload.Sha256;

    /// <inheritdoc/>
    public long Requests => Math.Min(requests, workload.Requests);

    /// <inheritdoc/>
    public double RequestsPerSecond => 0;

    /// <inheritdoc/>
    public double RateScale => 1;

    /// <inheritdoc/>
    public int OutputLimit => workload.OutputLimit;

    /// <inheritdoc/>
    public int LongestPromptTokens => workload.LongestPromptTokens;

    /// <inheritdoc/>
    public int LongestOutputTokens => workload.LongestOutputTokens;

    /// <inheritdoc/>
    public IEnumerable<Job> Jobs() =>
        workload.Jobs().Take(requests).Select(job => job with { Request = job.Request with { Arrival = TimeSpan.Zero } });
}
