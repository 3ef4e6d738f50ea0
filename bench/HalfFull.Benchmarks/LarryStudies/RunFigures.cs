using HalfFull.Metrics;
using HalfFull.Simulation;

namespace HalfFull.Benchmarks.LarryStudies;

/// <summary>What the page on LARRY tabulates of one run. Only completed requests count.</summary>
internal sealed record RunFigures
{
    /// <summary>Time to first token, seconds.</summary>
    internal required double TtftMean { get; init; }

    /// <inheritdoc cref="TtftMean"/>
    internal required double TtftP50 { get; init; }

    /// <inheritdoc cref="TtftMean"/>
    internal required double TtftP99 { get; init; }

    /// <inheritdoc cref="TtftMean"/>
    internal required double TtftMax { get; init; }

    /// <summary>Mean time to first token of the 5% longest prompts, seconds.</summary>
    internal required double LongTtftMean { get; init; }

    /// <summary>End to end by output token, seconds.</summary>
    internal required double PerTokenMean { get; init; }

    /// <inheritdoc cref="PerTokenMean"/>
    internal required double PerTokenP99 { get; init; }

    /// <summary>Mean time per output token after the first, seconds.</summary>
    internal required double TpotMean { get; init; }

    /// <summary>End to end over the same alone.</summary>
    internal required double SlowdownP99 { get; init; }

    /// <inheritdoc cref="SlowdownP99"/>
    internal required double SlowdownMax { get; init; }

    /// <summary>Preemptions for each 100 requests.</summary>
    internal required double PreemptionsPer100 { get; init; }

    /// <summary>Sums up the records of a run.</summary>
    internal static RunFigures Of(IReadOnlyCollection<RequestRecord> records, SimulationResult result, IIsolatedTime alone)
    {
        var completed = records.Where(static record => record.Outcome == Outcome.Completed).ToArray();
        var ttft = Sorted(completed, static record => record.Ttft.TotalSeconds);
        var perToken = Sorted(completed, static record => record.E2E.TotalSeconds / record.OutputTokens);
        var slowdown = Sorted(completed, record => record.E2E / alone.Of(record));
        var longest = completed.OrderByDescending(static record => record.PromptTokens).ThenBy(static record => record.Id).Take(Math.Max(1, completed.Length / 20));
        return new RunFigures
        {
            TtftMean = ttft.Average(),
            TtftP50 = At(ttft, 0.5),
            TtftP99 = At(ttft, 0.99),
            TtftMax = ttft[^1],
            LongTtftMean = longest.Average(static record => record.Ttft.TotalSeconds),
            PerTokenMean = perToken.Average(),
            PerTokenP99 = At(perToken, 0.99),
            TpotMean = completed.Where(static record => record.Tpot is not null).Average(static record => record.Tpot!.Value.TotalSeconds),
            SlowdownP99 = At(slowdown, 0.99),
            SlowdownMax = slowdown[^1],
            PreemptionsPer100 = 100.0 * result.Preemptions / records.Count,
        };
    }

    private static double[] Sorted(RequestRecord[] records, Func<RequestRecord, double> figure)
    {
        var values = Array.ConvertAll(records, record => figure(record));
        Array.Sort(values);
        return values;
    }

    /// <summary>Nearest rank.</summary>
    private static double At(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
