using System.Buffers;
using System.Text.Json;

namespace HalfFull.Load.OpenAi;

/// <summary>
/// Reads one event of a stream, or a whole unary response, of the chat or completions API straight from its bytes; allocates nothing.
/// Members that it does not know are skipped, so that servers may add what they like.
/// </summary>
internal static class ChunkReader
{
    /// <summary>Reads the JSON of one event.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="answer">Receives the content text, for conversations that send it back; null when nobody needs it.</param>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static StreamChunk Read(ReadOnlySpan<byte> json, IBufferWriter<byte>? answer = null)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An event is no JSON object.");
        }

        var (hasToken, isError) = (false, false);
        var finish = FinishReason.None;
        Usage? usage = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8))
            {
                reader.Read();
                ReadChoices(ref reader, ref hasToken, ref finish, answer);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                usage = ReadUsage(ref reader) ?? usage;
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                isError |= reader.TokenType != JsonTokenType.Null;
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new StreamChunk(hasToken, isError, finish, usage);
    }

    private static void ReadChoices(ref Utf8JsonReader reader, ref bool hasToken, ref FinishReason finish, IBufferWriter<byte>? answer)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("message"u8))
                {
                    reader.Read();
                    hasToken |= ReadDelta(ref reader, answer);
                }
                else if (reader.ValueTextEquals("text"u8))
                {
                    reader.Read();
                    hasToken |= ReadText(ref reader, answer);
                }
                else if (reader.ValueTextEquals("finish_reason"u8))
                {
                    reader.Read();
                    finish = ReadFinish(ref reader, finish);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }
        }
    }

    private static bool ReadDelta(ref Utf8JsonReader reader, IBufferWriter<byte>? answer)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }

        var hasToken = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                hasToken |= ReadText(ref reader, answer);
            }
            else if (reader.ValueTextEquals("reasoning_content"u8) || reader.ValueTextEquals("reasoning"u8))
            {
                reader.Read();
                hasToken |= ReadText(ref reader, answer: null);
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                reader.Read();
                hasToken |= IsFilledArray(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return hasToken;
    }

    private static bool ReadText(ref Utf8JsonReader reader, IBufferWriter<byte>? answer)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return false;
        }

        if (reader.ValueSpan.IsEmpty)
        {
            return false;
        }

        if (answer is not null)
        {
            answer.Advance(reader.CopyString(answer.GetSpan(reader.ValueSpan.Length)));
        }

        return true;
    }

    private static bool IsFilledArray(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return false;
        }

        var filled = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            filled = true;
            reader.Skip();
        }

        return filled;
    }

    private static FinishReason ReadFinish(ref Utf8JsonReader reader, FinishReason before)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return before;
        }

        return reader.ValueTextEquals("stop"u8) ? FinishReason.Stop
            : reader.ValueTextEquals("length"u8) ? FinishReason.Length
            : reader.ValueTextEquals("tool_calls"u8) ? FinishReason.ToolCalls
            : reader.ValueTextEquals("content_filter"u8) ? FinishReason.ContentFilter
            : FinishReason.Other;
    }

    private static Usage? ReadUsage(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        var (prompt, completion, cached) = (0, 0, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8))
            {
                prompt = ReadCount(ref reader);
            }
            else if (reader.ValueTextEquals("completion_tokens"u8))
            {
                completion = ReadCount(ref reader);
            }
            else if (reader.ValueTextEquals("prompt_tokens_details"u8))
            {
                reader.Read();
                cached = ReadCached(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new Usage(prompt, completion, cached);
    }

    private static int ReadCached(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return 0;
        }

        var cached = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("cached_tokens"u8))
            {
                cached = ReadCount(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return cached;
    }

    private static int ReadCount(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var count) && count >= 0)
        {
            return count;
        }

        reader.Skip();
        return 0;
    }
}
