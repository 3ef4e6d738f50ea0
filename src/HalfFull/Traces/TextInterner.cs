using System.Text;

namespace HalfFull.Traces;

/// <summary>Gives one string for equal texts, so that a column of a few tenants costs no allocation per row; remembers a bounded number.</summary>
internal sealed class TextInterner
{
    private const int MaxKept = 1 << 16;
    private const int MaxChars = 256;
    private readonly HashSet<string> kept = new(StringComparer.Ordinal);

    /// <summary>The text as a string; null when it is empty.</summary>
    public string? Intern(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return null;
        }

        if (utf8.Length > MaxChars)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        Span<char> chars = stackalloc char[MaxChars];
        chars = chars[..Encoding.UTF8.GetChars(utf8, chars)];
        var lookup = kept.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(chars, out var known))
        {
            return known;
        }

        var text = chars.ToString();
        if (kept.Count < MaxKept)
        {
            kept.Add(text);
        }

        return text;
    }
}
