using System.Diagnostics;
using System.Globalization;
using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Prediction;
using HalfFull.Queueing;
using HalfFull.Simulation;

namespace HalfFull.Benchmarks;

/// <summary>
/// What one decision costs: microseconds of <see cref="IEngineScheduler.Plan"/> alone, with 256 running and 1,000 or 100,000 waiting, every step planned. Whoever
/// finishes is replaced by a newcomer.
/// </summary>
internal sealed class DecisionCost : IReplicaListener
{
    private const int WarmUpSteps = 400;
    private const int MeasuredSteps = 400;
    private static readonly int[] Queues = [1_000, 100_000];
    private readonly Rng rng = new(1);
    private readonly Timed scheduler;
    private readonly Replica replica;
    private TimeSpan now;
    private long nextId;
    private int ended;

    private DecisionCost(string engine, int waiting)
    {
        var rates = new EngineRates(Fleets.Limits, Fleets.StepTime);
        scheduler = new Timed(PolicyCatalogs.Engines.Create(
            PolicySpec.Parse(engine), rates, Fleets.Limits, new Rng(1), Fleets.StepTime, NoPredictor.Instance));
        replica = new Replica(0, Fleets.Limits, scheduler, rates, this);
        for (var i = 0; i < waiting + Fleets.Limits.MaxSequences; i++)
        {
            Submit();
            now += TimeSpan.FromMicroseconds(100);
        }
    }

    /// <summary>Prints a table; arguments are engine specs, all policies of the catalogue when there are none.</summary>
    internal static int Run(string[] engines, TextWriter output)
    {
        output.WriteLine(Machine.Describe());
        output.WriteLine("| engine | running | 1,000 waiting: mean | p99 | 100,000 waiting: mean | p99 |");
        output.WriteLine("|---|-:|-:|-:|-:|-:|");
        foreach (var engine in engines.Length > 0 ? engines : [.. PolicyCatalogs.Engines.Entries.Select(static entry => entry.Name)])
        {
            output.Write($"| `{engine}` |");
            for (var i = 0; i < Queues.Length; i++)
            {
                var run = new DecisionCost(engine, Queues[i]);
                run.Steps(WarmUpSteps);
                run.scheduler.Micros.Clear();
                run.Steps(MeasuredSteps);
                var micros = run.scheduler.Micros;
                micros.Sort();
                var running = i == 0 ? $" {run.replica.Running} |" : string.Empty;
                output.Write(string.Create(CultureInfo.InvariantCulture, $"{running} {micros.Average():0.0} µs | {micros[micros.Count * 99 / 100]:0.0} µs |"));
            }

            output.WriteLine();
        }

        return 0;
    }

    /// <inheritdoc/>
    void IReplicaListener.TokenGap(TimeSpan gap, long count)
    {
    }

    /// <inheritdoc/>
    void IReplicaListener.FirstToken(int replica, Sequence sequence, TimeSpan now)
    {
    }

    /// <inheritdoc/>
    void IReplicaListener.Ended(Sequence sequence, in RequestRecord record) => ended++;

    private void Steps(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (!replica.BeginStep(now))
            {
                now = replica.WakeAt ?? now;
                continue;
            }

            now += Fleets.StepTime.Predict(replica.Plan.Shape);
            replica.EndStep(now);
            for (; ended > 0; ended--)
            {
                Submit();
            }
        }
    }

    private void Submit()
    {
        var output = 1 + rng.NextInt32(400);
        replica.Submit(
            new Request(nextId++, now, 1 + rng.NextInt32(1500), 1024) { PredictedOutputTokens = output, Tenant = $"t{rng.NextInt32(8)}" }, now, output);
    }

    /// <summary>The scheduler with a clock around each plan.</summary>
    private sealed class Timed(IEngineScheduler inner) : IEngineScheduler
    {
        internal List<double> Micros { get; } = new(WarmUpSteps + MeasuredSteps);

        public IQueueOrder Order => inner.Order;

        public IVictimRule Victim => inner.Victim;

        public bool NeedsPrediction => inner.NeedsPrediction;

        public void Plan(in EngineSnapshot engine, StepPlan plan)
        {
            var start = Stopwatch.GetTimestamp();
            inner.Plan(engine, plan);
            Micros.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        public void Arrived(Sequence sequence) => inner.Arrived(sequence);

        public void Admitted(Sequence sequence) => inner.Admitted(sequence);

        public void Preempted(Sequence sequence) => inner.Preempted(sequence);

        public void StepDone(in StepReport step) => inner.StepDone(step);

        public void Advanced(int steps) => inner.Advanced(steps);

        public void Finished(Sequence sequence) => inner.Finished(sequence);

        public void Aborted(Sequence sequence) => inner.Aborted(sequence);
    }
}
