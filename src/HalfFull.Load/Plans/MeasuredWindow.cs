namespace HalfFull.Load.Plans;

/// <summary>
/// The part of a run that is measured. A request belongs to it by its scheduled time, never by when it was sent or ended, so that
/// slow answers cannot leave the figures.
/// </summary>
/// <param name="From">Scheduled times from here on.</param>
/// <param name="To">Scheduled times before this.</param>
public readonly record struct MeasuredWindow(TimeSpan From, TimeSpan To)
{
    /// <summary>The window of a plan.</summary>
    public static MeasuredWindow Of(LoadPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new MeasuredWindow(plan.WarmUp, plan.CoolDown == TimeSpan.Zero ? TimeSpan.MaxValue : PlannedRequests.End(plan) - plan.CoolDown);
    }

    /// <summary>Whether a request due then is measured.</summary>
    public bool Contains(TimeSpan scheduled) => scheduled >= From && scheduled < To;
}
