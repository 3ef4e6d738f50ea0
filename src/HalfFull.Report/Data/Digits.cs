namespace HalfFull.Report.Data;

/// <summary>Rounds what a page draws, so that it stays small.</summary>
internal static class Digits
{
    /// <summary>Five significant digits.</summary>
    public static double Five(double value) => Significant(value, 5);

    /// <summary>Three significant digits: finer than a pixel of a chart.</summary>
    public static double Three(double value) => Significant(value, 3);

    /// <summary>A time in seconds to 0.1 ms.</summary>
    public static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 4);

    private static double Significant(double value, int digits)
    {
        if (value == 0 || !double.IsFinite(value))
        {
            return value;
        }

        var after = digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return after is >= 0 and <= 15 ? Math.Round(value, after)
            : after > 15 ? value
            : Math.Round(value / Math.Pow(10, -after)) * Math.Pow(10, -after);
    }
}
