using HalfFull.Load.Plans;
using HalfFull.Load.Prompts;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Metrics;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Load.Comparing;

/// <summary>
/// Compares two servers in one run: blocks alternate, each pair plays the same requests against both in an order drawn anew, and the
/// next block begins when the last response of the one before has ended. What drifts (heat, neighbours, time of day) hits both alike.
/// </summary>
public sealed class AbRun(IReadOnlyList<Target> targets, AbPlan plan)
{
    private const int DecidingMetrics = 2;

    /// <summary>Plays pairs until the intervals are tight, the pairs are used up, or the run is interrupted.</summary>
    /// <param name="paired">Told after each pair: how many, and the ratios so far.</param>
    /// <param name="sinks">Further receivers of all records.</param>
    /// <param name="interrupt">Ends the run early.</param>
    public AbResult Execute(Action<int, IReadOnlyList<RatioInterval>> paired, IReadOnlyList<ILoadRecordSink> sinks, CancellationToken interrupt = default)
    {
        ArgumentNullException.ThrowIfNull(paired);
        var blocks = new PairedBlocks();
        var order = new Rng(plan.Load.Seed).Fork("ab-order");
        using var first = new LoadRecorder(plan.Load.Slo, sinks);
        using var second = new LoadRecorder(plan.Load.Slo, sinks);
        LoadRecorder[] recorders = [first, second];
        var generator = new GeneratorUse[2];
        var ids = new long[2];
        var played = new TimeSpan[2];
        IReadOnlyList<RatioInterval> ratios = [];
        var tight = false;
        for (var pair = 0; pair < plan.MostPairs && !tight && !interrupt.IsCancellationRequested; pair++)
        {
            if (IsEmpty(pair))
            {
                break; // the trace has ended
            }

            var lead = order.NextInt32(2);
            foreach (var side in (ReadOnlySpan<int>)[lead, 1 - lead])
            {
                var use = Play(pair, side, blocks, recorders[side], ref ids[side], ref played[side], interrupt);
                generator[side] = generator[side] is { } before ? before.With(use) : use;
            }

            ratios = Ratios(blocks);
            // Unary answers have no first token: the first figures that both servers have decide.
            var deciding = ratios.Where(ratio => double.IsFinite(ratio.High)).Take(DecidingMetrics).ToArray();
            tight = deciding.Length > 0 && blocks.FailAlike && deciding.All(ratio => PairedBlocks.IsTight(ratio, plan.Precision));
            paired(pair + 1, ratios);
        }

        var rng = new Rng(plan.Load.Seed).Fork("intervals");
        return new AbResult(blocks.Pairs, tight, ratios, [first.Build(rng), second.Build(rng)], generator);
    }

    private GeneratorUse Play(int pair, int side, PairedBlocks blocks, LoadRecorder total, ref long ids, ref TimeSpan played, CancellationToken interrupt)
    {
        var load = plan.Load with
        {
            Workload = Workload(pair),
            Duration = plan.Block,
            Seed = plan.Load.Seed + (ulong)pair,
        };

        // Another salt for each block: the second server of a pair, or the same gateway, must not find the prompts of the first cached.
        var target = targets[side] with { Text = targets[side].Text.WithSalt(Rng.Mix(plan.Load.Seed) + (ulong)((2 * pair) + side)) };
        var totals = new Renumbered(total, ids, played);
        using var recorder = new LoadRecorder(plan.Load.Slo, blocks.Block(pair, side), totals);
        var use = LoadRun.Execute(target, load, recorder, interrupt);
        ids += totals.Count;
        played = TimeSpan.FromTicks(Math.Max(totals.End.Ticks, (played + plan.Block).Ticks));
        return use;
    }

    private IWorkload Workload(int pair) =>
        plan.Load.Concurrency is null ? new WindowedWorkload(plan.Load.Workload, pair * plan.Block, plan.Block) : plan.Load.Workload;

    private bool IsEmpty(int pair) => !Workload(pair).Jobs().Any();

    private static RatioInterval[] Ratios(PairedBlocks blocks) =>
        [.. PairedMetric.All.Select(metric => blocks.Compare(metric, new Rng(1).Fork(metric.Name)))];

    /// <summary>
    /// Passes records of a block on to the recorder of a side, numbered and timed on from the blocks before: a side's time is that of its
    /// own blocks one after the other, or its rates would be those of all blocks within the time of one.
    /// </summary>
    private sealed class Renumbered(LoadRecorder total, long first, TimeSpan start) : ILoadRecordSink
    {
        /// <summary>Records passed on.</summary>
        public long Count { get; private set; }

        /// <summary>When the last of them ended, in the time of the side.</summary>
        public TimeSpan End { get; private set; }

        public void Add(in LoadRecord record, ReadOnlySpan<long> gaps)
        {
            Count++;
            var moved = record with
            {
                Id = first + record.Id,
                MeasuredId = record.IsMeasured ? first + record.MeasuredId : -1,
                Scheduled = start + record.Scheduled,
                Sent = start + record.Sent,
                FirstByte = start + record.FirstByte,
                FirstToken = start + record.FirstToken,
                LastToken = start + record.LastToken,
                End = start + record.End,
            };
            End = moved.End > End ? moved.End : End;
            total.Add(moved, gaps);
        }
    }
}
