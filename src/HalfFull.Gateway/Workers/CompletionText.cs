using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace HalfFull.Gateway.Workers;

/// <summary>Writes the answers of one completion request in OpenAI's shapes.</summary>
internal sealed class CompletionText
{
    private readonly bool isChat;
    private readonly byte[] head;

    /// <param name="isChat">Chat completion or plain completion.</param>
    /// <param name="id">Number of the request.</param>
    /// <param name="created">Unix time, seconds.</param>
    /// <param name="model">Model id.</param>
    /// <param name="isStream">Whether it is answered in chunks.</param>
    public CompletionText(bool isChat, long id, long created, string model, bool isStream)
    {
        this.isChat = isChat;
        var kind = (isChat, isStream) switch
        {
            (true, true) => "chat.completion.chunk",
            (true, false) => "chat.completion",
            _ => "text_completion",
        };
        head = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"id\":\"{(isChat ? "chatcmpl" : "cmpl")}-{id:x}\",\"object\":\"{kind}\",\"created\":{created},\"model\":{Quoted(model)},"));
    }

    /// <summary>The chunk that opens a chat's stream.</summary>
    public void WriteRole(IBufferWriter<byte> output)
    {
        if (isChat)
        {
            Chunk(output, "\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,\"finish_reason\":null}]}"u8);
        }
    }

    /// <summary>One token.</summary>
    public void WriteToken(IBufferWriter<byte> output, string text)
    {
        output.Write("data: "u8);
        output.Write(head);
        output.Write(isChat ? "\"choices\":[{\"index\":0,\"delta\":{\"content\":"u8 : "\"choices\":[{\"index\":0,\"text\":"u8);
        WriteQuoted(output, text);
        output.Write(isChat ? "},\"logprobs\":null,\"finish_reason\":null}]}\n\n"u8 : ",\"logprobs\":null,\"finish_reason\":null}]}\n\n"u8);
    }

    /// <summary>The last chunk of the answer: why it ended.</summary>
    public void WriteFinish(IBufferWriter<byte> output) => Chunk(output, isChat
        ? "\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"length\"}]}"u8
        : "\"choices\":[{\"index\":0,\"text\":\"\",\"logprobs\":null,\"finish_reason\":\"length\"}]}"u8);

    /// <summary>The chunk that tells the usage.</summary>
    public void WriteUsage(IBufferWriter<byte> output, int promptTokens, int cachedTokens, int outputTokens)
    {
        output.Write("data: "u8);
        output.Write(head);
        output.Write("\"choices\":[],"u8);
        Usage(output, promptTokens, cachedTokens, outputTokens);
        output.Write("}\n\n"u8);
    }

    /// <summary>The whole answer of a request that is not streamed.</summary>
    public void WriteWhole(IBufferWriter<byte> output, string text, int promptTokens, int cachedTokens, int outputTokens)
    {
        output.Write(head);
        output.Write(isChat ? "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"u8 : "\"choices\":[{\"index\":0,\"text\":"u8);
        WriteQuoted(output, text);
        output.Write(isChat ? "},\"logprobs\":null,\"finish_reason\":\"length\"}],"u8 : ",\"logprobs\":null,\"finish_reason\":\"length\"}],"u8);
        Usage(output, promptTokens, cachedTokens, outputTokens);
        output.Write("}"u8);
    }

    private void Chunk(IBufferWriter<byte> output, ReadOnlySpan<byte> rest)
    {
        output.Write("data: "u8);
        output.Write(head);
        output.Write(rest);
        output.Write("\n\n"u8);
    }

    private static void Usage(IBufferWriter<byte> output, int promptTokens, int cachedTokens, int outputTokens) =>
        output.Write(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"\"usage\":{{\"prompt_tokens\":{promptTokens},\"total_tokens\":{promptTokens + outputTokens},\"completion_tokens\":{outputTokens},\"prompt_tokens_details\":{{\"cached_tokens\":{cachedTokens}}}}}")));

    private static void WriteQuoted(IBufferWriter<byte> output, string text)
    {
        output.Write("\""u8);
        output.Write(JsonEncodedText.Encode(text).EncodedUtf8Bytes);
        output.Write("\""u8);
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
