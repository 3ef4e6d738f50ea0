using System.Globalization;
using System.Text;
using System.Text.Json;
using HalfFull.Engine.Chat;
using HalfFull.Engine.Sampling;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.OpenAi;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Workers;

/// <summary>What a real model needs of a completion request. What it cannot do is refused by name, never ignored.</summary>
internal sealed record CompletionRequest
{
    private const int MostStops = 16;

    /// <summary>Messages of a chat.</summary>
    public IReadOnlyList<ChatMessage> Messages { get; private init; } = [];

    /// <summary>Text of a plain completion; null when it is given as ids, or in a chat.</summary>
    public string? Prompt { get; private init; }

    /// <summary>Token ids of a plain completion; null when it is given as text.</summary>
    public int[]? PromptIds { get; private init; }

    /// <summary>Seed that the client gave.</summary>
    public ulong? Seed { get; private init; }

    /// <summary>Requests share prefixes only with those that have the same; 0 for those that brought none.</summary>
    public ulong CacheSalt { get; private init; }

    /// <summary>How tokens are chosen; without the seed.</summary>
    public SamplingOptions Sampling { get; private init; } = new();

    /// <summary>Reads a body that has been scanned without error.</summary>
    /// <param name="body">The body.</param>
    /// <param name="isChat">Chat completion or plain completion.</param>
    /// <param name="vocabulary">Token ids are below it.</param>
    /// <exception cref="RequestRefusedException">A field has a wrong type or value, or asks for what cannot be done.</exception>
    public static CompletionRequest Parse(ReadOnlyMemory<byte> body, bool isChat, int vocabulary)
    {
        using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 256 });
        var fields = new RequestFields(document.RootElement);
        fields.RefuseAll("tools", "functions", "suffix", "modalities", "audio");
        if (fields.Flag("echo") || fields.Whole("best_of", 1, 1000) > 1 || fields.Has("response_format", out var format) && !IsText(format))
        {
            throw RequestFields.Refused("unsupported_value", "'echo', 'best_of' above 1 and a 'response_format' other than text are not supported here; leave them out.");
        }

        var sampling = new SamplingOptions
        {
            Temperature = fields.Number("temperature", 0, 100) ?? 1,
            TopP = fields.Number("top_p", 1e-6, 1) ?? 1,
            TopK = fields.Whole("top_k", -1, int.MaxValue) is { } topK and > 0 ? topK : 0,
            MinP = fields.Number("min_p", 0, 1) ?? 0,
            RepetitionPenalty = fields.Number("repetition_penalty", 1e-3, 100) ?? 1,
            PresencePenalty = fields.Number("presence_penalty", -2, 2) ?? 0,
            FrequencyPenalty = fields.Number("frequency_penalty", -2, 2) ?? 0,
            LogitBias = Bias(fields, vocabulary),
            Stop = Stops(fields),
            IgnoreEnd = fields.Flag("ignore_eos"),
            Logprobs = Logprobs(fields, isChat),
        };
        var seed = fields.Has("seed", out var given) ? Seeded(given) : (ulong?)null;
        var request = new CompletionRequest { Sampling = sampling, Seed = seed, CacheSalt = Salt(fields) };
        return isChat ? request with { Messages = ReadMessages(fields) } : request.WithPrompt(fields, vocabulary);
    }

    private static bool IsText(JsonElement format) => format.ValueKind == JsonValueKind.Object
        && format.TryGetProperty("type", out var type) && type.ValueEquals("text"u8);

    private static ulong Seeded(JsonElement seed) => seed.ValueKind == JsonValueKind.Number && seed.TryGetInt64(out var value)
        ? (ulong)value
        : throw RequestFields.Refused("invalid_request", "'seed' must be a whole number.");

    private static ulong Salt(RequestFields fields) => !fields.Has("cache_salt", out var salt) ? 0
        : salt.ValueKind == JsonValueKind.String ? PrefixChain.Fold(1, Encoding.UTF8.GetBytes(salt.GetString()!))
        : throw RequestFields.Refused("invalid_request", "'cache_salt' must be a text.");

    private static int? Logprobs(RequestFields fields, bool isChat)
    {
        if (!isChat)
        {
            return fields.Whole("logprobs", 0, SamplingOptions.MostLogprobs);
        }

        var top = fields.Whole("top_logprobs", 0, SamplingOptions.MostLogprobs);
        return fields.Flag("logprobs")
            ? top ?? 0
            : top is null or 0 ? null : throw RequestFields.Refused("invalid_request", "'top_logprobs' needs 'logprobs': true.");
    }

    private static List<string> Stops(RequestFields fields)
    {
        if (!fields.Has("stop", out var stop))
        {
            return [];
        }

        List<string> stops = [];
        foreach (var item in stop.ValueKind == JsonValueKind.Array ? stop.EnumerateArray().ToArray() : [stop])
        {
            stops.Add(item.ValueKind == JsonValueKind.String && item.GetString() is { Length: > 0 } text
                ? text
                : throw RequestFields.Refused("invalid_request", "'stop' must be a text or a list of texts that are not empty."));
        }

        return stops.Count <= MostStops
            ? stops
            : throw RequestFields.Refused("invalid_request", $"'stop' has {stops.Count} texts; at most {MostStops} are accepted.");
    }

    private static List<KeyValuePair<int, float>> Bias(RequestFields fields, int vocabulary)
    {
        List<KeyValuePair<int, float>> biases = [];
        if (!fields.Has("logit_bias", out var bias))
        {
            return biases;
        }

        if (bias.ValueKind != JsonValueKind.Object)
        {
            throw RequestFields.Refused("invalid_request", "'logit_bias' must be an object of token ids and numbers.");
        }

        foreach (var pair in bias.EnumerateObject())
        {
            if (!int.TryParse(pair.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token) || token >= vocabulary
                || pair.Value.ValueKind != JsonValueKind.Number || pair.Value.GetDouble() is not (>= -100 and <= 100))
            {
                throw RequestFields.Refused("invalid_request", $"'logit_bias' has '{pair.Name}'; give token ids below {vocabulary} and numbers from -100 to 100.");
            }

            biases.Add(new(token, (float)pair.Value.GetDouble()));
        }

        return biases;
    }

    private static List<ChatMessage> ReadMessages(RequestFields fields)
    {
        if (!fields.Has("messages", out var messages) || messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
        {
            throw RequestFields.Refused("invalid_request", "'messages' is missing or empty.");
        }

        List<ChatMessage> read = [];
        foreach (var message in messages.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String)
            {
                throw RequestFields.Refused("invalid_request", $"Message {read.Count} has no 'role'.");
            }

            read.Add(new ChatMessage(role.GetString()!, message.TryGetProperty("content", out var content) ? Content(content, read.Count) : string.Empty));
        }

        return read;
    }

    private static string Content(JsonElement content, int index) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Null => string.Empty,
        JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(part =>
            part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String
                ? text.GetString()
                : throw RequestFields.Refused("unsupported_value", $"Message {index} holds something else than text, which this model cannot read."))),
        _ => throw RequestFields.Refused("invalid_request", $"The 'content' of message {index} must be a text or a list of texts."),
    };

    private CompletionRequest WithPrompt(RequestFields fields, int vocabulary)
    {
        if (!fields.Has("prompt", out var prompt))
        {
            throw RequestFields.Refused("invalid_request", "'prompt' is missing or empty.");
        }

        if (prompt.ValueKind == JsonValueKind.Array && prompt.GetArrayLength() == 1 && prompt[0].ValueKind is JsonValueKind.String or JsonValueKind.Array)
        {
            prompt = prompt[0];
        }

        if (prompt.ValueKind == JsonValueKind.String)
        {
            return this with { Prompt = prompt.GetString()! };
        }

        if (prompt.ValueKind != JsonValueKind.Array || prompt.GetArrayLength() == 0 || prompt.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Number))
        {
            throw RequestFields.Refused("unsupported_value", "'prompt' must be one text or one list of token ids.");
        }

        return this with
        {
            PromptIds = [.. prompt.EnumerateArray().Select(item => item.TryGetInt32(out var id) && id >= 0 && id < vocabulary
                ? id
                : throw RequestFields.Refused("invalid_request", $"'prompt' has the token id {item.GetRawText()}; ids are from 0 to {vocabulary - 1}."))],
        };
    }
}
