namespace HalfFull.Load.Plans;

/// <summary>The requests of a plan in the order in which they are due; every enumeration gives the same.</summary>
public static class PlannedRequests
{
    /// <summary>Makes them one at a time.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="timeUp">Called when the duration ends them although the workload has more.</param>
    public static IEnumerable<PlannedRequest> Of(LoadPlan plan, Action? timeUp = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Enumerate(plan, timeUp);
    }

    /// <summary>When the last request of an open loop is due, by which the cool-down is known; the duration where there is one.</summary>
    public static TimeSpan End(LoadPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Duration ?? (plan.Concurrency is null && plan.CoolDown > TimeSpan.Zero
            ? Of(plan).Select(static request => request.Due).DefaultIfEmpty().Last()
            : TimeSpan.MaxValue);
    }

    private static IEnumerable<PlannedRequest> Enumerate(LoadPlan plan, Action? timeUp)
    {
        var rng = new Rng(plan.Seed).Fork("load");
        var (cancel, place, slow) = (rng.Fork("cancel"), rng.Fork("cancel-place"), rng.Fork("slow-reader"));
        foreach (var job in plan.Workload.Jobs())
        {
            var due = Due(plan, job.Request.Arrival);
            if (plan.Concurrency is null && due >= plan.Duration)
            {
                timeUp?.Invoke();
                yield break;
            }

            var output = Math.Min(job.OutputTokens, job.Request.MaxOutputTokens);
            var hangUp = 1 + place.NextInt32(output);
            yield return new PlannedRequest(
                job with { OutputTokens = output },
                due,
                cancel.NextDouble() < plan.CancelRate ? hangUp : 0,
                slow.NextDouble() < plan.SlowReaderRate);
        }
    }

    private static TimeSpan Due(LoadPlan plan, TimeSpan arrival) => plan.Concurrency is not null ? TimeSpan.Zero
        : plan is { Ramp: { } ramp, Duration: { } length } ? ramp.At(arrival.TotalSeconds * plan.Workload.RequestsPerSecond, length)
        : arrival;
}
