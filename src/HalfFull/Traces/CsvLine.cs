namespace HalfFull.Traces;

/// <summary>Walks the comma-separated fields of one line (RFC 4180); quoted fields come without their quotes.</summary>
internal ref struct CsvLine(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> rest = line;
    private bool ended;

    /// <summary>The next field; false after the last one.</summary>
    public bool TryNext(out ReadOnlySpan<byte> field)
    {
        if (ended)
        {
            field = default;
            return false;
        }

        if (rest is [(byte)'"', ..])
        {
            field = TakeQuoted();
            return true;
        }

        var comma = rest.IndexOf((byte)',');
        field = (comma < 0 ? rest : rest[..comma]).Trim((byte)' ');
        Skip(comma);
        return true;
    }

    private ReadOnlySpan<byte> TakeQuoted()
    {
        var close = 1;
        var doubled = false;
        while (true)
        {
            var quote = rest[close..].IndexOf((byte)'"');
            close = quote < 0 ? rest.Length : close + quote;
            if (close + 1 >= rest.Length || rest[close + 1] != (byte)'"')
            {
                break;
            }

            doubled = true;
            close += 2;
        }

        var field = rest[1..close];
        var comma = close < rest.Length ? rest[close..].IndexOf((byte)',') : -1;
        Skip(comma < 0 ? -1 : close + comma);
        return doubled ? Undouble(field) : field;
    }

    private void Skip(int comma)
    {
        ended = comma < 0;
        rest = ended ? default : rest[(comma + 1)..];
    }

    private static byte[] Undouble(ReadOnlySpan<byte> field)
    {
        var text = new List<byte>(field.Length);
        for (var i = 0; i < field.Length; i++)
        {
            text.Add(field[i]);
            i += field[i] == (byte)'"' ? 1 : 0;
        }

        return [.. text];
    }
}
