using System.Diagnostics;
using System.Globalization;
using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Simulation;

namespace HalfFull.Benchmarks;

/// <summary>
/// What one decision costs: microseconds of <see cref="IEngineScheduler.Plan"/> alone, with 256 running and 1,000 or 100,000 waiting, every step planned. Whoever
/// finishes is replaced by a newcomer. The same steps are played several times and the least time of each counts, which leaves out what other jobs on the machine take.
/// </summary>
internal sealed class DecisionCost : IReplicaListener
{
    private const int WarmUpSteps = 400;
    private const int MeasuredSteps = 2000;
    private const int Repetitions = 7;
    private static readonly TimeSpan CompilingTime = TimeSpan.FromMilliseconds(300);
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
        scheduler = new Timed(Fleets.Scheduler(engine, rates));
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
        output.WriteLine("| engine | running | 1,000 waiting: median | mean | p99 | 100,000 waiting: median | mean | p99 |");
        output.WriteLine("|---|-:|-:|-:|-:|-:|-:|-:|");
        foreach (var engine in engines.Length > 0 ? engines : [.. PolicyCatalogs.Engines.Entries.Select(static entry => entry.Name)])
        {
            Compile(engine);
            output.Write($"| `{engine}` |");
            for (var i = 0; i < Queues.Length; i++)
            {
                var (micros, count) = Measure(engine, Queues[i]);
                var running = i == 0 ? $" {count} |" : string.Empty;
                output.Write(string.Create(CultureInfo.InvariantCulture, $"{running} {micros[micros.Length / 2]:0.0} µs | {micros.Average():0.0} µs | {micros[micros.Length * 99 / 100]:0.0} µs |"));
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

    /// <summary>Plays a run that does not count until its code is compiled to the full: one that is too short would be measured as it is first compiled, several times slower.</summary>
    private static void Compile(string engine)
    {
        var run = new DecisionCost(engine, Queues[0]);
        for (var round = 0; round < 2; round++)
        {
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < CompilingTime;)
            {
                run.Steps(WarmUpSteps);
                run.scheduler.Micros.Clear();
            }

            // Methods called often are compiled anew in the background, once nothing new has been called for a tenth of a second.
            Thread.Sleep(CompilingTime);
        }
    }

    /// <summary>The least time of each step over the repetitions, sorted, and how many ran at the end.</summary>
    private static (double[] Micros, int Running) Measure(string engine, int waiting)
    {
        var least = new double[MeasuredSteps];
        Array.Fill(least, double.PositiveInfinity);
        var running = 0;
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            var run = new DecisionCost(engine, waiting);
            run.Steps(WarmUpSteps);
            run.scheduler.Micros.Clear();
            run.Steps(MeasuredSteps);
            for (var i = 0; i < MeasuredSteps; i++)
            {
                least[i] = Math.Min(least[i], run.scheduler.Micros[i]);
            }

            running = run.replica.Running;
        }

        Array.Sort(least);
        return (least, running);
    }

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
