using System.Buffers.Text;
using System.Text;

namespace HalfFull.Traces;

/// <summary>Reads the values of fields, with errors that name the column and the value.</summary>
internal static class TraceField
{
    /// <summary>No request has more tokens than this; larger numbers are a wrong column or a wrong unit.</summary>
    public const int MaxTokens = 100_000_000;

    /// <summary>A number of tokens from 1 to <see cref="MaxTokens"/>.</summary>
    public static int Tokens(ReadOnlySpan<byte> text, string column, TracePosition position)
    {
        if (TryWhole(text, out var value) && value is >= 1 and <= MaxTokens)
        {
            return (int)value;
        }

        var hint = value == 0 && text.Length > 0 && text[0] == (byte)'0' ? "; remove requests that produced nothing" : "";
        throw position.Error($"{column} is {Show(text)}, but must be a whole number from 1 to 100 million{hint}.");
    }

    /// <summary>A whole number that fits 32 bits.</summary>
    public static int Whole(ReadOnlySpan<byte> text, string column, TracePosition position) =>
        TryWhole(text, out var value) && value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw position.Error($"{column} is {Show(text)}, but must be a whole number.");

    /// <summary>A value as it appears in a message: quoted, cut when long.</summary>
    public static string Show(ReadOnlySpan<byte> text) =>
        text.IsEmpty ? "empty" : $"'{Encoding.UTF8.GetString(text.Length > 40 ? text[..40] : text)}'";

    // Tables exported by data-frame tools write whole numbers as 374.0.
    private static bool TryWhole(ReadOnlySpan<byte> text, out long value)
    {
        if (Utf8Parser.TryParse(text, out value, out var used) && used == text.Length)
        {
            return true;
        }

        var parsed = Utf8Parser.TryParse(text, out double number, out used) && used == text.Length;
        value = parsed && Math.Abs(number) < 1e15 ? (long)number : 0;
        return parsed && value == number;
    }
}
