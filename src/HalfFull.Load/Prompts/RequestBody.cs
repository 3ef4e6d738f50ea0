using System.Buffers;
using System.Text.Json;
using HalfFull.Load.OpenAi;

namespace HalfFull.Load.Prompts;

/// <summary>Writes the JSON of requests; one writer at a time.</summary>
/// <param name="api">Which API.</param>
/// <param name="model">Name of the model.</param>
/// <param name="support">What the server accepts beyond the standard.</param>
/// <param name="stream">Whether a stream is asked for.</param>
internal sealed class RequestBody(ApiKind api, string model, ServerSupport support, bool stream) : IDisposable
{
    private static readonly JsonEncodedText Role = JsonEncodedText.Encode("role");
    private static readonly JsonEncodedText User = JsonEncodedText.Encode("user");
    private static readonly JsonEncodedText Assistant = JsonEncodedText.Encode("assistant");
    private static readonly JsonEncodedText Content = JsonEncodedText.Encode("content");

    private readonly JsonEncodedText modelText = JsonEncodedText.Encode(model);
    private readonly Utf8JsonWriter writer = new(Stream.Null, new JsonWriterOptions { SkipValidation = true });

    /// <summary>Writes a request.</summary>
    /// <param name="messages">The conversation: the user's text, the server's answer, and so on, the user's last; in completions they are one prompt.</param>
    /// <param name="maxTokens">Output tokens, forced where the server supports it.</param>
    /// <param name="target">Where to write.</param>
    public void Write(ReadOnlySpan<ReadOnlyMemory<byte>> messages, int maxTokens, IBufferWriter<byte> target)
    {
        writer.Reset(target);
        writer.WriteStartObject();
        writer.WriteString("model"u8, modelText);
        if (api == ApiKind.Chat)
        {
            WriteMessages(messages);
        }
        else
        {
            WritePrompt(messages);
        }

        writer.WriteNumber("max_tokens"u8, maxTokens);
        if (support.IgnoreEos)
        {
            writer.WriteBoolean("ignore_eos"u8, true);
        }

        writer.WriteBoolean("stream"u8, stream);
        if (stream && support.StreamUsage)
        {
            writer.WriteStartObject("stream_options"u8);
            writer.WriteBoolean("include_usage"u8, true);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => writer.Dispose();

    private void WritePrompt(ReadOnlySpan<ReadOnlyMemory<byte>> messages)
    {
        writer.WritePropertyName("prompt"u8);
        for (var i = 0; i < messages.Length; i++)
        {
            writer.WriteStringValueSegment(messages[i].Span, isFinalSegment: i == messages.Length - 1);
        }
    }

    private void WriteMessages(ReadOnlySpan<ReadOnlyMemory<byte>> messages)
    {
        writer.WriteStartArray("messages"u8);
        for (var i = 0; i < messages.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteString(Role, i % 2 == 0 ? User : Assistant);
            writer.WriteString(Content, messages[i].Span);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
