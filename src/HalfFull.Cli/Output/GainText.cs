using System.Globalization;
using HalfFull.Metrics;
using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>A change against the first combination: how much, how sure, and whether it is for the better.</summary>
internal static class GainText
{
    /// <summary>Characters of an ordinary change.</summary>
    public const int Widest = 23;

    private static readonly Style Better = new(Color.Green);
    private static readonly Style Worse = new(Color.Red);
    private static readonly Style Plain = new(decoration: Decoration.Dim);

    /// <summary>Such as <c>-61.2% (-63.0 to -59.1)</c>; null is the first combination itself.</summary>
    public static Text Of(RatioInterval? change, bool higherIsBetter)
    {
        if (change is not { } ratio)
        {
            return new Text("the first", Plain);
        }

        if (double.IsInfinity(ratio.High) && ratio.Low == 0)
        {
            return new Text("too few requests to tell", Plain);
        }

        if (ratio is { Low: 1, High: 1 })
        {
            return new Text("no difference", Plain);
        }

        var interval = $"({Percent(ratio.Low)} to {Percent(ratio.High)})";
        return ratio.IsNoise
            ? new Text($"within noise {interval}", Plain)
            : new Text($"{Percent(ratio.Ratio)}% {interval}", ratio.Ratio > 1 == higherIsBetter ? Better : Worse);
    }

    private static string Percent(double ratio)
    {
        var percent = 100 * (ratio - 1);
        return Math.Abs(percent) >= 999.5
            ? string.Create(CultureInfo.InvariantCulture, $"{percent:+#,0;-#,0}")
            : string.Create(CultureInfo.InvariantCulture, $"{percent:+0.0;-0.0;0.0}");
    }
}
