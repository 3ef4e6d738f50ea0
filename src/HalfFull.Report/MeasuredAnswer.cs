using HalfFull.Load.Documents;
using HalfFull.Report.Data;

namespace HalfFull.Report;

/// <summary>The result of measurements in one sentence.</summary>
internal static class MeasuredAnswer
{
    /// <summary>The sentence for one rate; of searches, the rates that they found.</summary>
    public static string Of(IReadOnlyList<(string Name, BenchDocument Document)> documents, IReadOnlyList<RowData> rows, IReadOnlyList<int> ranking, bool unary)
    {
        if (documents.All(static item => item.Document.Sweep is not null))
        {
            return string.Join(" ", documents.Select(item => (documents.Count > 1 ? $"{item.Name}: " : string.Empty) + Of(item.Document.Sweep!)));
        }

        var metric = unary ? "mean E2E" : "mean TTFT";
        var (best, first) = (rows[ranking[0]], rows[0]);
        if (best.Value is null)
        {
            return "No request completed, so there is no latency to compare.";
        }

        if (rows.Count == 1)
        {
            return $"{best.Name}: {metric} {Seconds(best.Value)}, p99 {Seconds((unary ? best.Figures.E2ESeconds : best.Figures.TtftSeconds).P99)}, {Text(best.Figures.RequestsPerSecond)} requests/s completed.";
        }

        if (documents is [{ Document.Ab: { } ab }] && rows[1].Change is { Ratio: { } ratio } change)
        {
            var interval = change is { Low: { } low, High: { } high } ? $" (95% interval {Percent(low)} to {Percent(high)}" : " (too few pairs for an interval";
            return $"{rows[1].Name}: {metric} {Percent(ratio)} against {first.Name}{interval}, {ab.Pairs} pairs{(ab.Tight ? string.Empty : ", NOT as tight as asked for")}).";
        }

        return ReferenceEquals(best, first) || first.Value is null
            ? $"{best.Name} has the least {metric}, {Seconds(best.Value)}."
            : $"{best.Name}: {metric} {Seconds(best.Value)}, {first.Name}: {Seconds(first.Value)}; runs one after the other have no interval.";
    }

    private static string Of(SweepEntry sweep) => sweep switch
    {
        { HighestRequestsPerSecond: { } held, LowestFailedRequestsPerSecond: { } failed } => $"{sweep.Slo} is met by {Text(100 * sweep.Attainment)}% of the requests up to {Text(held)}/s; {Text(failed)}/s is too much.",
        { HighestRequestsPerSecond: { } held } => $"{sweep.Slo} still holds at {Text(held)}/s, the highest rate tried.",
        { LowestFailedRequestsPerSecond: { } failed } => $"{sweep.Slo} does not hold even at {Text(failed)}/s.",
        _ => "The first rate was not decided.",
    };

    private static string Percent(double ratio) => FormattableString.Invariant($"{100 * (ratio - 1):+0.0;-0.0;0.0}%");

    private static string Seconds(double? seconds) => seconds < 1 ? $"{Text(1000 * seconds.Value)} ms" : $"{Text(seconds ?? 0)} s";

    private static string Text(double number) => FormattableString.Invariant($"{Digits.Three(number)}");
}
