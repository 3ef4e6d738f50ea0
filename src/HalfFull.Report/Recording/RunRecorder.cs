using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Report.Data;
using HalfFull.Simulation;
using HalfFull.Simulation.Recording;
using HalfFull.Simulation.Runs;

namespace HalfFull.Report.Recording;

/// <summary>Keeps of one run what a report draws, in memory that does not grow with the run.</summary>
internal sealed class RunRecorder : IRunObserver
{
    /// <summary>Tenants that are told apart; the rest are one class.</summary>
    public const int MostTenants = 12;

    /// <summary>Worst slowdowns that are kept.</summary>
    public const int MostWorst = 10;

    /// <summary>The class of all tenants beyond <see cref="MostTenants"/>.</summary>
    public const string OtherTenants = "(all others)";

    private readonly RunPlan plan;
    private readonly IsolatedTime isolated;
    private readonly ClassSamples?[] prompts = new ClassSamples?[PromptClass.Count];
    private readonly List<(string Name, ClassSamples Samples)> tenants = [];
    private readonly Dictionary<string, ClassSamples> byTenant = new(StringComparer.Ordinal);
    private readonly PriorityQueue<SlowRequest, (double Slowdown, long Id)> worst = new();
    private long lastId = -1;

    public RunRecorder(RunPlan plan, bool withSeries)
    {
        this.plan = plan;
        isolated = new IsolatedTime(plan.Fleet.Replicas);
        Series = withSeries ? new FleetSeries(plan.Fleet.Replicas.Count) : null;
    }

    public LogHistogram Ttft { get; } = new();

    public LogHistogram Tpot { get; } = new();

    public LogHistogram E2E { get; } = new();

    /// <summary>Replicas over time; null when this run is not drawn.</summary>
    public FleetSeries? Series { get; }

    /// <summary>Lives of requests; set after a replay.</summary>
    public TimelineData? Timeline { get; set; }

    /// <summary>The worst slowdowns, worst first.</summary>
    public IEnumerable<SlowRequest> Worst => worst.UnorderedItems.Select(static item => item.Element)
        .OrderByDescending(static request => request.Slowdown).ThenBy(static request => request.Id);

    /// <summary>The classes that have requests: prompt lengths, then tenants in order of name when there are several.</summary>
    public IEnumerable<(string Kind, string Name, ClassSamples Samples)> Classes()
    {
        var all = prompts.Select((samples, i) => ("prompt", PromptClass.Name(i), samples)).Where(static item => item.samples is not null)
            .Concat(tenants.Count > 1 ? tenants.OrderBy(static tenant => tenant.Name, StringComparer.Ordinal).Select(static tenant => ("tenant", tenant.Name, (ClassSamples?)tenant.Samples)) : []);
        foreach (var (kind, name, samples) in all)
        {
            samples!.Align(lastId);
            yield return (kind, name, samples);
        }
    }

    /// <summary>The slowdown of a completed request.</summary>
    public double SlowdownOf(in RequestRecord record) => record.E2E / isolated.Of(record);

    public void Submitted(Replica replica, Sequence sequence, TimeSpan now) => Series?.Submitted(replica, sequence, now);

    public void Planned(Replica replica, TimeSpan now) => Series?.Planned(replica, now);

    public void StepEnding(Replica replica, TimeSpan start, TimeSpan end) => Series?.StepEnding(replica, start, end);

    public void Add(in RequestRecord record)
    {
        lastId = Math.Max(lastId, record.Id);
        var slowdown = 0.0;
        if (record.Outcome == Outcome.Completed)
        {
            slowdown = SlowdownOf(record);
            Ttft.Add(record.Ttft.Ticks, 1);
            E2E.Add(record.E2E.Ticks, 1);
            if (record.Tpot is { } perToken)
            {
                Tpot.Add(perToken.Ticks, 1);
            }

            Rank(record, slowdown);
        }

        (prompts[PromptClass.Of(record.PromptTokens)] ??= new ClassSamples()).Add(record, slowdown);
        if (record.Tenant is { } tenant)
        {
            Samples(tenant).Add(record, slowdown);
        }
    }

    private ClassSamples Samples(string tenant)
    {
        if (byTenant.TryGetValue(tenant, out var samples))
        {
            return samples;
        }

        if (tenants.Count == MostTenants)
        {
            tenants.Add((OtherTenants, new ClassSamples()));
        }

        if (tenants.Count > MostTenants)
        {
            return tenants[MostTenants].Samples;
        }

        samples = new ClassSamples();
        tenants.Add((tenant, samples));
        byTenant.Add(tenant, samples);
        return samples;
    }

    private void Rank(in RequestRecord record, double slowdown)
    {
        // Of equal slowdowns the earlier request ranks higher, whatever the order in which they ended.
        var rank = (slowdown, -record.Id);
        if (worst.Count == MostWorst && worst.TryPeek(out _, out var least) && rank.CompareTo(least) <= 0)
        {
            return;
        }

        if (worst.Count == MostWorst)
        {
            worst.Dequeue();
        }

        worst.Enqueue(Slow(record, slowdown), rank);
    }

    private SlowRequest Slow(in RequestRecord record, double slowdown) => new(
        (long)plan.Seed,
        record.Id,
        record.Tenant,
        record.Replica,
        Digits.Seconds(record.Arrival),
        record.PromptTokens,
        record.OutputTokens,
        record.Preemptions,
        Digits.Seconds(record.Queue),
        Digits.Seconds(record.Ttft),
        Digits.Seconds(record.E2E),
        Digits.Five(slowdown));
}
