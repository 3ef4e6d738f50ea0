using HalfFull.Simulation.Workloads;

namespace HalfFull.Load.Plans;

/// <summary>The jobs of a workload that arrive from a moment on, counted from that moment.</summary>
internal sealed class LaterWorkload(IWorkload source, TimeSpan from) : IWorkload
{
    /// <inheritdoc/>
    public string Name => source.Name;

    /// <inheritdoc/>
    public string Sha256 => source.Sha256;

    /// <inheritdoc/>
    public long Requests => source.Requests;

    /// <inheritdoc/>
    public double RequestsPerSecond => source.RequestsPerSecond;

    /// <inheritdoc/>
    public double RateScale => source.RateScale;

    /// <inheritdoc/>
    public int OutputLimit => source.OutputLimit;

    /// <inheritdoc/>
    public int LongestPromptTokens => source.LongestPromptTokens;

    /// <inheritdoc/>
    public int LongestOutputTokens => source.LongestOutputTokens;

    /// <inheritdoc/>
    public IEnumerable<Job> Jobs() => source.Jobs()
        .SkipWhile(job => job.Request.Arrival < from)
        .Select(job => job with { Request = job.Request with { Arrival = job.Request.Arrival - from } });
}
