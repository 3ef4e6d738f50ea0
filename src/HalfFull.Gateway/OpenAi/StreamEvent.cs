using System.Runtime.InteropServices;
using System.Text.Json;

namespace HalfFull.Gateway.OpenAi;

/// <summary>What one server-sent event of a completion says.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StreamEvent
{
    /// <summary>Whether it carries output: text, reasoning or a tool call.</summary>
    public bool HasOutput { get; init; }

    /// <summary>Whether a choice finished.</summary>
    public bool IsFinish { get; init; }

    /// <summary>Whether it is the mark after the last event.</summary>
    public bool IsDone { get; init; }

    /// <summary>Whether it tells of an error.</summary>
    public bool IsError { get; init; }

    /// <summary>The usage, where it has one.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>Whether it has no choices: with a usage it is the extra chunk of <c>include_usage</c>.</summary>
    public bool HasNoChoices { get; init; }

    /// <summary>Reads an event, its blank line included. What is no JSON says nothing.</summary>
    public static StreamEvent Read(ReadOnlySpan<byte> text)
    {
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range].TrimEnd((byte)'\r');
            if (!line.StartsWith("data:"u8))
            {
                continue;
            }

            var data = line["data:"u8.Length..].Trim((byte)' ');
            if (data.SequenceEqual("[DONE]"u8))
            {
                return new StreamEvent { IsDone = true };
            }

            try
            {
                return ReadJson(data);
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                return default;
            }
        }

        return default;
    }

    private static StreamEvent ReadJson(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        var found = default(StreamEvent);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return found;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8))
            {
                found = Choices(ref reader, found);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                found = found with { Usage = TokenUsage.Read(ref reader) };
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                found = found with { IsError = reader.TokenType != JsonTokenType.Null };
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }

        return found;
    }

    private static StreamEvent Choices(ref Utf8JsonReader reader, StreamEvent found)
    {
        var depth = reader.CurrentDepth;
        var (hasOutput, isFinish, hasChoice) = (false, false, false);
        reader.Read();
        while (reader.CurrentDepth > depth || reader.TokenType is JsonTokenType.StartArray)
        {
            reader.Read();
            hasChoice |= reader.TokenType == JsonTokenType.StartObject;
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var isOutput = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("reasoning_content"u8)
                || reader.ValueTextEquals("reasoning"u8) || reader.ValueTextEquals("arguments"u8) || reader.ValueTextEquals("refusal"u8);
            var isReason = reader.ValueTextEquals("finish_reason"u8);
            var isLogprobs = reader.ValueTextEquals("logprobs"u8);
            if (isOutput || isReason)
            {
                reader.Read();
                hasOutput |= isOutput && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;
                isFinish |= isReason && reader.TokenType == JsonTokenType.String;
            }
            else if (isLogprobs)
            {
                reader.Skip();
            }
        }

        return found with { HasOutput = hasOutput, IsFinish = isFinish, HasNoChoices = !hasChoice };
    }
}
