using HalfFull.Load.Plans;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;

namespace HalfFull.Load.Sweeping;

/// <summary>Carries out a search, one trial after the other; each trial starts when the responses of the one before have ended.</summary>
public static class SweepRun
{
    /// <summary>Makes trials until the highest rate is known or the run is interrupted.</summary>
    /// <param name="target">The server.</param>
    /// <param name="plan">What to look for.</param>
    /// <param name="tried">Told after each trial.</param>
    /// <param name="playing">Told before each trial its rate and where its figures so far can be read.</param>
    /// <param name="interrupt">Ends the search early; the trial in progress does not count.</param>
    /// <exception cref="LoadException">No request was due in the measured part of the first trial, which says nothing about the server.</exception>
    public static RateSearch Execute(
        Target target, SweepPlan plan, Action<SweepTrial> tried, Action<double, Func<LiveFigures>>? playing = null, CancellationToken interrupt = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(tried);
        var search = new RateSearch(plan.Start, plan.Precision, plan.Repeats, plan.Most);
        while (search.Next is var (rate, repeat))
        {
            // The same requests at every rate, other ones in every repeat; other prompt texts in every trial, or caches would answer.
            var seed = plan.Load.Seed + (ulong)repeat;
            // A trace that ends before the trial does would leave the server idle and let a rate hold that does not.
            var load = plan.Load with { Workload = new RepeatedWorkload(plan.Workload(rate, seed)), Seed = seed };
            var salted = target with { Text = target.Text.WithSalt(Rng.Mix(plan.Load.Seed) + (ulong)search.Trials.Count) };
            using var recorder = new LoadRecorder(load.Slo);
            playing?.Invoke(rate, recorder.Live);
            var use = LoadRun.Execute(salted, load, recorder, interrupt);
            if (interrupt.IsCancellationRequested)
            {
                break;
            }

            var summary = recorder.Build(new Rng(seed).Fork("intervals"));
            if (summary.Requests == 0)
            {
                // After a first rate the search is over: lower ones cannot be tried in trials of this length.
                if (search.Trials.Count > 0)
                {
                    search.End();
                    break;
                }

                throw new LoadException(FormattableString.Invariant(
                    $"A trial at {rate:0.####} requests/s has no request to measure; give a longer --duration, a higher --start-rate or a shorter --warmup."));
            }

            var holds = summary.SloAttainment >= plan.Attainment;
            search.Add(holds);
            tried(new SweepTrial(new RatePoint(rate, repeat, holds), load, summary, use));
        }

        return search;
    }
}
