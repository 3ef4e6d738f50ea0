using System.Text;

namespace HalfFull.Engine.Sampling;

/// <summary>
/// Turns the bytes of tokens into text that may be given out: whole characters only, and nothing that could still become a stop text, which may lie across tokens.
/// Bytes that are no UTF-8 become the replacement character.
/// </summary>
internal sealed class OutputText(IReadOnlyList<string> stops)
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder pending = new();
    private char[] characters = new char[64];
    private bool isInCharacter;

    /// <summary>Whether a stop text has appeared; nothing is given out any more then.</summary>
    internal bool IsStopped { get; private set; }

    /// <summary>Adds a token.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="isLast">Whether it is the last one, so that nothing is held back any more.</param>
    /// <returns>What may be given out now.</returns>
    internal string Append(ReadOnlySpan<byte> bytes, bool isLast)
    {
        if (IsStopped)
        {
            return string.Empty;
        }

        var most = Encoding.UTF8.GetMaxCharCount(bytes.Length + 4);
        characters = characters.Length < most ? new char[most] : characters;
        var count = decoder.GetChars(bytes, characters, flush: isLast);
        isInCharacter = !isLast && decoder.GetCharCount([], flush: true) > 0;
        if (stops.Count == 0)
        {
            return count == 0 ? string.Empty : new string(characters, 0, count);
        }

        pending.Append(characters, 0, count);
        return Release(isLast);
    }

    /// <summary>Adds a token whose text is whole characters, if that is known: most are, and nothing need be decoded then.</summary>
    internal string Append(ReadOnlySpan<byte> bytes, string? whole, bool isLast) =>
        whole is not null && stops.Count == 0 && !isInCharacter && !IsStopped ? whole : Append(bytes, isLast);

    private string Release(bool isLast)
    {
        var text = pending.ToString();
        var stop = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(index => index >= 0).DefaultIfEmpty(-1).Min();
        if (stop >= 0)
        {
            IsStopped = true;
            pending.Clear();
            return text[..stop];
        }

        var held = isLast ? 0 : stops.Max(stop => Held(text, stop));
        pending.Clear().Append(text, text.Length - held, held);
        return text[..^held];
    }

    /// <summary>Length of the longest end of the text with which the stop text begins.</summary>
    private static int Held(string text, string stop)
    {
        for (var length = Math.Min(text.Length, stop.Length - 1); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }
}
