using System.Globalization;
using System.Text;

namespace HalfFull.Traces;

/// <summary>Reads times of arrival of one file in one unit, which it finds from the first value when none is given.</summary>
internal sealed class ArrivalClock(TimeUnit unit, string column)
{
    private TimeUnit unit = unit;

    /// <summary>The time on the file's own clock.</summary>
    public TimeSpan Read(ReadOnlySpan<byte> text, TracePosition position)
    {
        unit = unit == TimeUnit.Detect ? Detect(text) : unit;
        return TryRead(text, out var ticks)
            ? new TimeSpan(ticks)
            : throw position.Error($"{column} is {TraceField.Show(text)}, but must be {Expected}.");
    }

    private string Expected => unit switch
    {
        TimeUnit.DateTime => "a date-time such as 2023-11-16 18:17:03.9799600",
        TimeUnit.Milliseconds => "a number of milliseconds",
        TimeUnit.Microseconds => "a number of microseconds",
        TimeUnit.Nanoseconds => "a number of nanoseconds",
        TimeUnit.Seconds => "a number of seconds",
        _ => "a number or a date-time such as 2023-11-16T18:17:03Z",
    };

    // Times since 1970 in this century: 10, 13, 16 or 19 digits. Small numbers count from the start of a recording, in seconds.
    private static TimeUnit Detect(ReadOnlySpan<byte> text)
    {
        if (IsoTime.TryParse(text, out _))
        {
            return TimeUnit.DateTime;
        }

        if (!double.TryParse(Encoding.UTF8.GetString(text), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return TimeUnit.Detect;
        }

        return Math.Abs(number) switch
        {
            < 1e11 => TimeUnit.Seconds,
            < 1e14 => TimeUnit.Milliseconds,
            < 1e17 => TimeUnit.Microseconds,
            _ => TimeUnit.Nanoseconds,
        };
    }

    private bool TryRead(ReadOnlySpan<byte> text, out long ticks)
    {
        switch (unit)
        {
            case TimeUnit.DateTime:
                return IsoTime.TryParse(text, out ticks);
            case TimeUnit.Seconds:
                return DecimalTicks.TryParse(text, TimeSpan.TicksPerSecond, out ticks);
            case TimeUnit.Milliseconds:
                return DecimalTicks.TryParse(text, TimeSpan.TicksPerMillisecond, out ticks);
            case TimeUnit.Microseconds:
                return DecimalTicks.TryParse(text, TimeSpan.TicksPerMicrosecond, out ticks);
            case TimeUnit.Nanoseconds:
                var parsed = DecimalTicks.TryParse(text, 1, out ticks);
                ticks /= TimeSpan.NanosecondsPerTick;
                return parsed;
            default:
                ticks = 0;
                return false;
        }
    }
}
