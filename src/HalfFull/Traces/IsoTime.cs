namespace HalfFull.Traces;

/// <summary>Reads date-times such as <c>2023-11-16 18:17:03.9799600</c> or <c>2023-11-16T18:17:03Z</c>; UTC without a zone.</summary>
internal static class IsoTime
{
    /// <summary>Whether the text is a date-time; ticks since the year 1, in UTC.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length < 19 || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)' ' or (byte)'t')
            || text[13] != ':' || text[16] != ':'
            || !TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month) || !TryDigits(text[8..10], out var day)
            || !TryDigits(text[11..13], out var hour) || !TryDigits(text[14..16], out var minute) || !TryDigits(text[17..19], out var second)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        var rest = text[19..];
        if (!TryTakeFraction(ref rest, out var fraction) || !TryZone(rest, out var offset))
        {
            return false;
        }

        // A leap second counts as the second after it.
        ticks = new DateTime(year, month, day, hour, minute, 0).Ticks + (second * TimeSpan.TicksPerSecond) + fraction - offset;
        return true;
    }

    private static bool TryTakeFraction(ref ReadOnlySpan<byte> rest, out long ticks)
    {
        ticks = 0;
        if (rest is not [(byte)'.' or (byte)',', ..])
        {
            return true;
        }

        var digits = 1;
        var unit = TimeSpan.TicksPerSecond;
        while (digits < rest.Length && rest[digits] is >= (byte)'0' and <= (byte)'9')
        {
            unit /= 10;
            ticks += (rest[digits] - '0') * unit;
            digits++;
        }

        rest = rest[digits..];
        return digits > 1;
    }

    private static bool TryZone(ReadOnlySpan<byte> zone, out long offset)
    {
        offset = 0;
        if (zone.IsEmpty || zone is [(byte)'Z' or (byte)'z'] || zone.SequenceEqual(" UTC"u8))
        {
            return true;
        }

        if (zone.Length < 3 || zone[0] is not ((byte)'+' or (byte)'-') || !TryDigits(zone[1..3], out var hours))
        {
            return false;
        }

        var minutePart = zone.Length > 3 && zone[3] == ':' ? zone[4..] : zone[3..];
        var minutes = 0;
        if (!minutePart.IsEmpty && (minutePart.Length != 2 || !TryDigits(minutePart, out minutes)))
        {
            return false;
        }

        offset = ((hours * 60) + minutes) * TimeSpan.TicksPerMinute * (zone[0] == '-' ? -1 : 1);
        return hours < 24 && minutes < 60;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        return true;
    }
}
