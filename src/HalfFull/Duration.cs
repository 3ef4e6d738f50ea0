using System.Globalization;

namespace HalfFull;

/// <summary>The spelling of durations in options: a number and a unit without a space, such as <c>250ms</c>, <c>2s</c>, <c>1.5min</c>.</summary>
public static class Duration
{
    /// <summary>What is accepted, as a phrase for error messages and help.</summary>
    public const string Accepts = "a duration such as 250ms, 2s, 3min or 1h";

    // Largest unit first, so that formatting finds the shortest exact spelling; a longer suffix stands before the suffix that ends it.
    private static readonly (string Suffix, long Ticks)[] Units =
    [
        ("h", TimeSpan.TicksPerHour),
        ("min", TimeSpan.TicksPerMinute),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("us", TimeSpan.TicksPerMicrosecond),
        ("s", TimeSpan.TicksPerSecond),
    ];

    /// <summary>Reads a duration; never negative, exact to the tick (100 ns).</summary>
    /// <exception cref="FormatException">The text is no duration; the message quotes it and says what would be accepted.</exception>
    public static TimeSpan Parse(string text) =>
        TryParse(text, out var duration) ? duration : throw new FormatException($"'{text}' is not {Accepts}.");

    /// <summary>Reads a duration; false when the text is none.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        foreach (var (suffix, ticks) in Units)
        {
            if (text is not null && text.EndsWith(suffix, StringComparison.Ordinal))
            {
                return TryScale(text.AsSpan(0, text.Length - suffix.Length), ticks, out duration);
            }
        }

        return false;
    }

    /// <summary>The shortest exact spelling in one unit: 1500 ms is <c>1.5s</c>, 120 s is <c>2min</c>, 50 ms is <c>50ms</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        if (duration == TimeSpan.Zero)
        {
            return "0s";
        }

        string? shortest = null;
        foreach (var (suffix, ticks) in Units)
        {
            // Ticks per unit of seconds and below are powers of ten, hence exact; minutes and hours are used only when they come out exactly.
            var number = (decimal)duration.Ticks / ticks;
            var text = number.ToString("0.############", CultureInfo.InvariantCulture) + suffix;
            if ((shortest is null || text.Length < shortest.Length) && TryParse(text, out var back) && back == duration)
            {
                shortest = text;
            }
        }

        return shortest!;
    }

    private static bool TryScale(ReadOnlySpan<char> number, long ticksPerUnit, out TimeSpan duration)
    {
        duration = default;
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            || value > long.MaxValue / ticksPerUnit)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)decimal.Round(value * ticksPerUnit, MidpointRounding.ToEven));
        return true;
    }
}
