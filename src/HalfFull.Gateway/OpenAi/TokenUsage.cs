using System.Runtime.InteropServices;
using System.Text.Json;

namespace HalfFull.Gateway.OpenAi;

/// <summary>The <c>usage</c> of an answer.</summary>
/// <param name="PromptTokens">Prompt tokens.</param>
/// <param name="OutputTokens">Output tokens; 0 where there are none, as for embeddings.</param>
/// <param name="CachedTokens">Prompt tokens found in the prefix cache; null when the server does not say.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TokenUsage(int PromptTokens, int OutputTokens, int? CachedTokens = null)
{
    /// <summary>Reads the object on which the reader stands, and moves it to its end.</summary>
    public static TokenUsage? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            _ = reader.TrySkip();
            return null;
        }

        int? prompt = null;
        int? cached = null;
        var output = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPrompt = reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8);
            var isOutput = reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8);
            var isDetails = reader.ValueTextEquals("prompt_tokens_details"u8) || reader.ValueTextEquals("input_tokens_details"u8);
            reader.Read();
            if (isDetails && reader.TokenType == JsonTokenType.StartObject && !TryReadCached(ref reader, ref cached))
            {
                return null;
            }

            if ((isPrompt || isOutput) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var tokens) && tokens >= 0)
            {
                prompt = isPrompt ? tokens : prompt;
                output = isOutput ? tokens : output;
            }

            // Skip would refuse a reader of the tail of an answer, whose JSON goes on behind the usage.
            if (!reader.TrySkip())
            {
                return null;
            }
        }

        return prompt is { } known ? new TokenUsage(known, output, cached) : null;
    }

    /// <summary>Reads the details of the prompt, and moves the reader to their end.</summary>
    /// <returns>Whether they are whole.</returns>
    private static bool TryReadCached(ref Utf8JsonReader reader, ref int? cached)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isCached = reader.ValueTextEquals("cached_tokens"u8);
            reader.Read();
            cached = isCached && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var tokens) && tokens >= 0 ? tokens : cached;
            if (!reader.TrySkip())
            {
                return false;
            }
        }

        return reader.TokenType == JsonTokenType.EndObject;
    }

    /// <summary>Finds the usage in the last bytes of an answer. Text within strings cannot be mistaken for it: its quotes are escaped.</summary>
    public static TokenUsage? Find(ReadOnlySpan<byte> tail)
    {
        var at = tail.LastIndexOf("\"usage\""u8);
        if (at < 0)
        {
            return null;
        }

        var rest = tail[(at + "\"usage\""u8.Length)..].TrimStart(" \t\r\n"u8);
        if (rest.IsEmpty || rest[0] != ':')
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(rest[1..], isFinalBlock: false, default);
            return reader.Read() ? Read(ref reader) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
