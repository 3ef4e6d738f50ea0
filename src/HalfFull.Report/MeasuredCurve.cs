using HalfFull.Report.Data;

namespace HalfFull.Report;

/// <summary>A curve of the page through the few quantiles that a bench document holds.</summary>
internal static class MeasuredCurve
{
    /// <summary>The curve through the quantiles of one run, or through the means of several runs' quantiles; the largest value is that of all.</summary>
    /// <param name="quantiles">The row of quantiles, from 0 to 1.</param>
    /// <param name="runs">For each run its samples, and its values at the row, seconds; empty where it has none.</param>
    public static CurveData Of(IReadOnlyList<double> quantiles, IEnumerable<(long Count, IReadOnlyList<double> Seconds)> runs)
    {
        var known = runs.Where(run => run.Count > 0 && run.Seconds.Count > 0 && run.Seconds.Count == quantiles.Count).ToArray();
        if (known.Length == 0)
        {
            return new CurveData(0, [], 0);
        }

        var count = known.Sum(static run => run.Count);
        var max = known.Max(static run => run.Seconds[^1]);
        var last = Math.Log10(count);
        var points = quantiles.Select((quantile, i) => (Nines: -Math.Log10(1 - quantile), Seconds: known.Average(run => run.Seconds[i])))
            .Where(point => point.Nines < last).Append((Nines: last, Seconds: max)).ToArray();
        return new CurveData(
            count,
            [.. Enumerable.Range(0, (int)(last * CurveData.PerNine) + 1).Select(i => Digits.Five(At(points, (double)i / CurveData.PerNine)))],
            Digits.Five(max));
    }

    /// <summary>Between two quantiles the straight line of the chart, whose axes are nines and the logarithm of time.</summary>
    private static double At((double Nines, double Seconds)[] points, double nines)
    {
        var next = Array.FindIndex(points, point => point.Nines >= nines);
        var (low, high) = (points[Math.Max(0, next - 1)], points[next < 0 ? ^1 : next]);
        if (high.Nines <= low.Nines || nines <= low.Nines)
        {
            return nines <= low.Nines ? low.Seconds : high.Seconds;
        }

        var share = (nines - low.Nines) / (high.Nines - low.Nines);
        return low.Seconds > 0 ? low.Seconds * Math.Pow(high.Seconds / low.Seconds, share) : high.Seconds * share;
    }
}
