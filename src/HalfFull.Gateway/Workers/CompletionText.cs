using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HalfFull.Engine.Hosting;

namespace HalfFull.Gateway.Workers;

/// <summary>Writes the answers of one completion request in OpenAI's shapes.</summary>
internal sealed class CompletionText
{
    private readonly bool isChat;
    private readonly byte[] head;
    private readonly IWorkerModel model;

    /// <param name="isChat">Chat completion or plain completion.</param>
    /// <param name="id">Number of the request.</param>
    /// <param name="created">Unix time, seconds.</param>
    /// <param name="model">The model.</param>
    /// <param name="isStream">Whether it is answered in chunks.</param>
    public CompletionText(bool isChat, long id, long created, IWorkerModel model, bool isStream)
    {
        this.isChat = isChat;
        this.model = model;
        var kind = (isChat, isStream) switch
        {
            (true, true) => "chat.completion.chunk",
            (true, false) => "chat.completion",
            _ => "text_completion",
        };
        head = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"id\":\"{(isChat ? "chatcmpl" : "cmpl")}-{id:x}\",\"object\":\"{kind}\",\"created\":{created},\"model\":{Quoted(model.Id)},"));
    }

    /// <summary>The chunk that opens a chat's stream.</summary>
    public void WriteRole(IBufferWriter<byte> output, int index)
    {
        if (isChat)
        {
            Chunk(output, index, "\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,\"finish_reason\":null}]}"u8);
        }
    }

    /// <summary>One token.</summary>
    public void WriteToken(IBufferWriter<byte> output, int index, in GeneratedToken token)
    {
        Begin(output, index);
        output.Write(isChat ? "\"delta\":{\"content\":"u8 : "\"text\":"u8);
        WriteQuoted(output, token.Text);
        output.Write(isChat ? "},\"logprobs\":"u8 : ",\"logprobs\":"u8);
        Logprobs(output, [token]);
        output.Write(",\"finish_reason\":null}]}\n\n"u8);
    }

    /// <summary>The last chunk of an answer: why it ended.</summary>
    public void WriteFinish(IBufferWriter<byte> output, int index, FinishReason reason)
    {
        Begin(output, index);
        output.Write(isChat ? "\"delta\":{},\"logprobs\":null,\"finish_reason\":"u8 : "\"text\":\"\",\"logprobs\":null,\"finish_reason\":"u8);
        output.Write(Name(reason));
        output.Write("}]}\n\n"u8);
    }

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
    public void WriteWhole(IBufferWriter<byte> output, IReadOnlyList<List<GeneratedToken>> answers, int promptTokens, int cachedTokens)
    {
        output.Write(head);
        output.Write("\"choices\":["u8);
        for (var index = 0; index < answers.Count; index++)
        {
            output.Write(index > 0 ? ","u8 : default);
            Index(output, index);
            output.Write(isChat ? "\"message\":{\"role\":\"assistant\",\"content\":"u8 : "\"text\":"u8);
            WriteQuoted(output, string.Concat(answers[index].Select(token => token.Text)));
            output.Write(isChat ? "},\"logprobs\":"u8 : ",\"logprobs\":"u8);
            Logprobs(output, answers[index]);
            output.Write(",\"finish_reason\":"u8);
            output.Write(Name(answers[index][^1].Finish));
            output.Write("}"u8);
        }

        output.Write("],"u8);
        Usage(output, promptTokens, cachedTokens, answers.Sum(answer => answer.Count));
        output.Write("}"u8);
    }

    private static ReadOnlySpan<byte> Name(FinishReason reason) => reason == FinishReason.Stop ? "\"stop\""u8 : "\"length\""u8;

    private static void Index(IBufferWriter<byte> output, int index) =>
        output.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"index\":{index},")));

    private void Begin(IBufferWriter<byte> output, int index)
    {
        output.Write("data: "u8);
        output.Write(head);
        output.Write("\"choices\":["u8);
        Index(output, index);
    }

    private void Chunk(IBufferWriter<byte> output, int index, ReadOnlySpan<byte> rest)
    {
        Begin(output, index);
        output.Write(rest);
        output.Write("\n\n"u8);
    }

    private void Logprobs(IBufferWriter<byte> output, IReadOnlyList<GeneratedToken> tokens)
    {
        if (tokens.Any(token => token.Logprobs is not null))
        {
            LogprobsText.Write(output, tokens, model, isChat);
        }
        else
        {
            output.Write("null"u8);
        }
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
