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
    /// <summary>Tenants that are told apart, the first ones to send a request; the rest are one class.</summary>
    public const int MostTenants = 64;

    /// <summary>Worst slowdowns that are kept.</summary>
    public const int MostWorst = 10;

    private readonly RunPlan plan;
    private readonly IsolatedTime isolated;
    private readonly ClassSamples?[] prompts = new ClassSamples?[PromptClass.Count];
    private readonly Dictionary<string, ClassSamples> tenants = new(StringComparer.Ordinal);
    private ClassSamples? otherTenants;
    private readonly PriorityQueue<SlowRequest, (double Slowdown, long Id)> worst = new();
    private long lastId = -1;

    public RunRecorder(RunPlan plan, bool withSeries)
    {
        this.plan = plan;
        isolated = plan.IsolatedTime;
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

    /// <summary>Prompt lengths, shortest first; null where no request has such a prompt.</summary>
    public IReadOnlyList<ClassSamples?> Prompts => [.. prompts.Select(Aligned)];

    /// <summary>Tenants by name.</summary>
    public IReadOnlyDictionary<string, ClassSamples> Tenants => tenants.ToDictionary(static item => item.Key, item => Aligned(item.Value)!, StringComparer.Ordinal);

    /// <summary>Tenants that are not told apart; null when all are.</summary>
    public ClassSamples? OtherTenants => Aligned(otherTenants);

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
        if (tenants.TryGetValue(tenant, out var samples))
        {
            return samples;
        }

        if (tenants.Count == MostTenants)
        {
            return otherTenants ??= new ClassSamples();
        }

        samples = new ClassSamples();
        tenants.Add(tenant, samples);
        return samples;
    }

    /// <summary>Brings a class to the blocks of the whole run.</summary>
    public void Align(ClassSamples samples) => samples.Align(lastId);

    private ClassSamples? Aligned(ClassSamples? samples)
    {
        samples?.Align(lastId);
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
