using System.Globalization;
using HalfFull.Load.Comparing;
using HalfFull.Load.Records;
using HalfFull.Metrics;

namespace HalfFull.Cli.Output;

/// <summary>A line on standard error that shows how far a comparison is, and its block as it goes; on a terminal only.</summary>
internal sealed class AbProgress(AbPlan plan) : IDisposable
{
    private readonly LoadProgress line = new();

    /// <summary>Shows the figures of a block from now on.</summary>
    public void Watch(Func<LiveFigures> live) => line.Watch(live);

    /// <summary>Shows the ratios after a pair of blocks.</summary>
    public void Show(int pairs, IReadOnlyList<RatioInterval> ratios) => line.Head(string.Create(
        CultureInfo.InvariantCulture,
        $"pair {pairs} of {plan.MostPairs}  B/A: {(double.IsNaN(ratios[0].Ratio) ? string.Empty : $"TTFT p50 {Text(ratios[0])}  ")}E2E mean {Text(ratios[1])}  block: "));

    /// <inheritdoc/>
    public void Dispose() => line.Dispose();

    private static string Text(RatioInterval ratio) => double.IsFinite(ratio.High)
        ? string.Create(CultureInfo.InvariantCulture, $"{ratio.Ratio:0.000} ({ratio.Low:0.000} .. {ratio.High:0.000})")
        : ratio.Ratio.ToString("0.000", CultureInfo.InvariantCulture);
}
