using System.Buffers.Text;

namespace HalfFull.Traces;

/// <summary>
/// Reads a decimal number of some unit of time as whole ticks of 100 ns. Epoch times with a fraction have more digits
/// than a double holds, so the usual form is read in integers.
/// </summary>
internal static class DecimalTicks
{
    /// <summary>Whether the text is a finite number that fits; ticks are rounded to nearest.</summary>
    /// <param name="text">The number.</param>
    /// <param name="ticksPerUnit">Ticks in one unit: 10,000,000 for seconds.</param>
    /// <param name="ticks">The time.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, long ticksPerUnit, out long ticks)
    {
        ticks = 0;
        var negative = text is [(byte)'-', ..];
        var digits = negative ? text[1..] : text;
        var at = 0;
        var whole = 0L;
        while (at < digits.Length && IsDigit(digits[at]) && whole <= (long.MaxValue - 9) / 10)
        {
            whole = (whole * 10) + (digits[at++] - '0');
        }

        var fraction = 0L;
        var scale = 1L;
        if (at > 0 && at < digits.Length && digits[at] == (byte)'.')
        {
            at++;
            while (at < digits.Length && IsDigit(digits[at]) && scale < 1_000_000_000)
            {
                fraction = (fraction * 10) + (digits[at++] - '0');
                scale *= 10;
            }
        }

        if (at < digits.Length || at == 0)
        {
            return TryParseDouble(text, ticksPerUnit, out ticks);
        }

        if (whole > long.MaxValue / 4 / ticksPerUnit)
        {
            return false;
        }

        ticks = (whole * ticksPerUnit) + (((fraction * ticksPerUnit) + (scale / 2)) / scale);
        ticks = negative ? -ticks : ticks;
        return true;
    }

    private static bool TryParseDouble(ReadOnlySpan<byte> text, long ticksPerUnit, out long ticks)
    {
        ticks = 0;
        if (!Utf8Parser.TryParse(text, out double value, out var used) || used != text.Length
            || !(Math.Abs(value * ticksPerUnit) < long.MaxValue / 4))
        {
            return false;
        }

        ticks = (long)Math.Round(value * ticksPerUnit);
        return true;
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';
}
