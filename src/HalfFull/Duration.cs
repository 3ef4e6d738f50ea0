using System.Globalization;

namespace HalfFull;

/// <summary>The spelling of durations in options: a number and a unit without a space, such as <c>250ms</c>, <c>2s</c>, <c>1.5min</c>.</summary>
public static class Duration
{
    /// <summary>What is accepted, as a phrase for error messages and help.</summary>
    public const string Accepts = "a duration such as 250ms, 2s, 3min or 1h";

    // Largest first: the order in which formatting tries them.
    private static readonly (string Suffix, long Ticks)[] Units =
    [
        ("h", TimeSpan.TicksPerHour),
        ("min", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("us", TimeSpan.TicksPerMicrosecond),
    ];

    /// <summary>Reads a duration; never negative, exact to the tick (100 ns).</summary>
    /// <exception cref="FormatException">The text is no duration; the message quotes it and says what would be accepted.</exception>
    public static TimeSpan Parse(string text) =>
        TryParse(text, out var duration) ? duration : throw new FormatException($"'{text}' is not {Accepts}.");

    /// <summary>Reads a duration; false when the text is none.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        var suffix = text.AsSpan(digits);
        foreach (var unit in Units)
        {
            if (suffix.SequenceEqual(unit.Suffix))
            {
                return TryScale(text.AsSpan(0, digits), unit.Ticks, out duration);
            }
        }

        return false;
    }

    /// <summary>The text that reads back as the duration: a whole number of the largest unit that allows one, such as <c>90s</c>, <c>1500ms</c>, <c>2min</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        if (duration == TimeSpan.Zero)
        {
            return "0s";
        }

        foreach (var (suffix, ticks) in Units)
        {
            if (duration.Ticks % ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks}{suffix}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(decimal)duration.Ticks / TimeSpan.TicksPerMicrosecond}us");
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
