using System.Buffers.Binary;
using System.Text.Json;

namespace HalfFull.Gateway.Workers;

/// <summary>
/// Chained hashes of the leading units of a prompt, so that an emulated prefix cache finds what a tokenizer would find: text counts as one token for
/// four bytes, as in the estimate of its length, and ids as they are.
/// </summary>
internal static class PromptPrefix
{
    private const int BytesPerToken = 4;

    /// <summary>Hashes of full units of <paramref name="unitTokens"/> tokens of the body's prompt.</summary>
    /// <param name="body">A body that has been scanned without error.</param>
    /// <param name="unitTokens">Tokens in one unit.</param>
    public static long[] Hashes(ReadOnlySpan<byte> body, int unitTokens)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 256 });
        var hashes = new List<long>();
        var chain = new UnitChain(unitTokens * BytesPerToken, hashes);
        _ = reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt"u8) || reader.ValueTextEquals("messages"u8))
            {
                Add(ref reader, chain);
            }
            else
            {
                reader.Skip();
            }
        }

        return [.. hashes];
    }

    private static void Add(ref Utf8JsonReader reader, UnitChain chain)
    {
        Span<byte> id = stackalloc byte[BytesPerToken];
        var depth = reader.CurrentDepth;
        var isText = true;
        do
        {
            _ = reader.Read();
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                isText = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("text"u8);
            }
            else if (reader.TokenType == JsonTokenType.String && isText)
            {
                chain.Add(reader.ValueSpan);
            }
            else if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var token))
            {
                BinaryPrimitives.WriteInt32LittleEndian(id, token);
                chain.Add(id);
            }
        }
        while (reader.CurrentDepth > depth || reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject);
    }
}
