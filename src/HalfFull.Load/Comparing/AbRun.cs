using HalfFull.Load.Plans;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Metrics;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Load.Comparing;

/// <summary>
/// Compares two servers, or two policies of one, in one run: blocks alternate, each pair plays the same requests against both in an order
/// drawn anew, and the next block begins when the last response of the one before has ended. What drifts (heat, neighbours, time of day)
/// hits both alike.
/// </summary>
/// <param name="targets">The two.</param>
/// <param name="plan">What is played.</param>
/// <param name="prepare">Called with the side, 0 or 1, before each of its blocks, when nothing is in flight; what it throws ends the run.</param>
public sealed class AbRun(IReadOnlyList<Target> targets, AbPlan plan, Action<int>? prepare = null)
{
    private const int DecidingMetrics = 2;

    /// <summary>In a closed loop: the request of the trace with which the next pair begins.</summary>
    private long next;

    /// <summary>Told before each block where its figures so far can be read.</summary>
    public Action<Func<LiveFigures>> Playing { get; init; } = static _ => { };

    /// <summary>Plays pairs until the intervals are tight, the pairs are used up, or the run is interrupted.</summary>
    /// <param name="paired">Told after each pair: how many, and the ratios so far.</param>
    /// <param name="sinks">Further receivers of all records.</param>
    /// <param name="interrupt">Ends the run early.</param>
    public AbResult Execute(Action<int, IReadOnlyList<RatioInterval>> paired, IReadOnlyList<ILoadRecordSink> sinks, CancellationToken interrupt = default)
    {
        ArgumentNullException.ThrowIfNull(paired);
        var blocks = new PairedBlocks();
        var order = new Rng(plan.Load.Seed).Fork("ab-order");
        using var first = new AbSide(plan.Load.Slo, sinks);
        using var second = new AbSide(plan.Load.Slo, sinks);
        AbSide[] sides = [first, second];
        RatioInterval[] ratios = [.. PairedMetric.All.Select(static _ => PairedBlocks.Unknown)];
        var failures = PairedBlocks.Unknown;
        var (pairs, tight, failAlike) = (0, false, true);
        while (pairs < plan.MostPairs && !tight && !IsEmpty(pairs) && TryPlay(pairs, order.NextInt32(2), blocks, sides, interrupt))
        {
            pairs++;
            next += Math.Max(first.BegunInBlock, second.BegunInBlock);
            ratios = Ratios(blocks);
            failures = blocks.CompareFailures(new Rng(1).Fork("failures"));
            failAlike = blocks.FailAlike;
            // Unary answers have no first token: the first figures that both servers have decide.
            var deciding = ratios.Where(ratio => double.IsFinite(ratio.High)).Take(DecidingMetrics).ToArray();
            tight = deciding.Length > 0 && failAlike && deciding.All(ratio => PairedBlocks.IsTight(ratio, plan.Precision));
            paired(pairs, ratios);
        }

        var rng = new Rng(plan.Load.Seed).Fork("intervals");
        return new AbResult(pairs, tight, failAlike, ratios, failures, [first.Build(rng), second.Build(rng)], [first.Generator, second.Generator]);
    }

    /// <summary>Plays both blocks of a pair; false when it was interrupted, and then it counts in no ratio.</summary>
    private bool TryPlay(int pair, int lead, PairedBlocks blocks, AbSide[] sides, CancellationToken interrupt)
    {
        foreach (var side in (ReadOnlySpan<int>)[lead, 1 - lead])
        {
            if (interrupt.IsCancellationRequested)
            {
                return false;
            }

            prepare?.Invoke(side);
            Play(pair, side, blocks, sides[side], interrupt);
        }

        return !interrupt.IsCancellationRequested;
    }

    private void Play(int pair, int side, PairedBlocks blocks, AbSide total, CancellationToken interrupt)
    {
        var load = plan.Load with
        {
            Workload = Workload(pair),
            Duration = plan.Block,
            Seed = plan.Load.Seed + (ulong)pair,
        };

        // Another salt for each block: the second server of a pair, or the same gateway, must not find the prompts of the first cached.
        var target = targets[side] with { Text = targets[side].Text.WithSalt(Rng.Mix(plan.Load.Seed) + (ulong)((2 * pair) + side)) };
        using var recorder = new LoadRecorder(plan.Load.Slo, blocks.Block(pair, side), total);
        Playing(recorder.Live);
        var use = LoadRun.Execute(target, load, recorder, interrupt);
        total.EndBlock(plan.Block, recorder.Served, use);
    }

    /// <summary>
    /// What both blocks of a pair play. A closed loop goes through the trace as fast as the server lets it, so that the next pair goes on
    /// where the faster side of this one ended.
    /// </summary>
    private IWorkload Workload(int pair) =>
        plan.Load.Concurrency is null ? new LaterWorkload(plan.Load.Workload, pair * plan.Block) : new RepeatedWorkload(plan.Load.Workload, next);

    private bool IsEmpty(int pair) => !Workload(pair).Jobs().Take(1).Any(job => plan.Load.Concurrency is not null || job.Request.Arrival < plan.Block);

    private static RatioInterval[] Ratios(PairedBlocks blocks) =>
        [.. PairedMetric.All.Select(metric => blocks.Compare(metric, new Rng(1).Fork(metric.Name)))];
}
