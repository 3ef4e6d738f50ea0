using System.Globalization;
using HalfFull.Load.Comparing;
using HalfFull.Metrics;

namespace HalfFull.Cli.Output;

/// <summary>A line on standard error that shows how far a comparison is; on a terminal only.</summary>
internal sealed class AbProgress(AbPlan plan) : IDisposable
{
    private readonly bool visible = !Console.IsErrorRedirected;
    private bool shown;

    /// <summary>Shows the ratios after a pair of blocks.</summary>
    public void Show(int pairs, IReadOnlyList<RatioInterval> ratios)
    {
        if (visible)
        {
            shown = true;
            Console.Error.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"\rpair {pairs} of at most {plan.MostPairs}  B/A: {(double.IsNaN(ratios[0].Ratio) ? string.Empty : $"TTFT p50 {Text(ratios[0])}  ")}E2E mean {Text(ratios[1])}\u001b[K"));
        }
    }

    /// <summary>Removes the line.</summary>
    public void Clear()
    {
        if (shown)
        {
            Console.Error.Write("\r\u001b[K");
            shown = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private static string Text(RatioInterval ratio) => double.IsFinite(ratio.High)
        ? string.Create(CultureInfo.InvariantCulture, $"{ratio.Ratio:0.000} ({ratio.Low:0.000} .. {ratio.High:0.000})")
        : ratio.Ratio.ToString("0.000", CultureInfo.InvariantCulture);
}
