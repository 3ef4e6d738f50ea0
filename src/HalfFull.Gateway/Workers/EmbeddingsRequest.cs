using System.Text.Json;
using HalfFull.Engine.Native;
using HalfFull.Gateway.Http;

namespace HalfFull.Gateway.Workers;

/// <summary>A request for embeddings. What cannot be done is refused by name.</summary>
/// <param name="Inputs">Token ids of each text.</param>
/// <param name="IsBase64">Whether vectors are wanted as base64 of 32-bit numbers instead of as lists.</param>
internal sealed record EmbeddingsRequest(IReadOnlyList<int[]> Inputs, bool IsBase64)
{
    private const int MostInputs = 2048; // OpenAI's own limit

    /// <summary>Reads a body.</summary>
    /// <exception cref="RequestRefusedException">It is no request for embeddings, or asks for what cannot be done.</exception>
    public static EmbeddingsRequest Parse(ReadOnlyMemory<byte> body, LlamaModel model)
    {
        using var document = Document(body);
        var fields = new RequestFields(document.RootElement);
        if (fields.Whole("dimensions", 1, int.MaxValue) is { } dimensions && dimensions != model.Width)
        {
            throw RequestFields.Refused("unsupported_value", $"'dimensions' is {dimensions}, but this model's embeddings have {model.Width} numbers; leave it out.");
        }

        if (!fields.Has("input", out var input))
        {
            throw RequestFields.Refused("invalid_request", "'input' is missing or empty.");
        }

        return new EmbeddingsRequest(Texts(input, model), IsEncoded(fields));
    }

    private static JsonDocument Document(ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 256 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw RequestFields.Refused("invalid_request", "The body must be a JSON object.");
        }
        catch (JsonException error)
        {
            throw RequestFields.Refused("invalid_request", $"The body is not JSON: {error.Message}");
        }
    }

    private static bool IsEncoded(RequestFields fields)
    {
        if (!fields.Has("encoding_format", out var format))
        {
            return false;
        }

        return format.ValueKind == JsonValueKind.String && format.GetString() is "float" or "base64"
            ? format.ValueEquals("base64"u8)
            : throw RequestFields.Refused("invalid_request", "'encoding_format' must be float or base64.");
    }

    private static List<int[]> Texts(JsonElement input, LlamaModel model)
    {
        // One text, a list of texts, one text as ids, or a list of those.
        var isList = input.ValueKind == JsonValueKind.Array && input.GetArrayLength() > 0 && input[0].ValueKind is JsonValueKind.String or JsonValueKind.Array;
        var texts = isList ? input.EnumerateArray().ToArray() : [input];
        return texts.Length <= MostInputs
            ? [.. texts.Select(text => Tokens(text, model))]
            : throw RequestFields.Refused("invalid_request", $"'input' has {texts.Length} texts; at most {MostInputs} are accepted.");
    }

    private static int[] Tokens(JsonElement text, LlamaModel model)
    {
        var tokens = text.ValueKind switch
        {
            JsonValueKind.String => model.Tokenize(text.GetString()!, addSpecial: true, parseSpecial: false),
            JsonValueKind.Array => Ids(text, model.VocabularySize),
            _ => throw RequestFields.Refused("invalid_request", "'input' must be a text, a list of texts, a list of token ids or a list of such lists."),
        };
        return tokens.Length > 0 ? tokens : throw RequestFields.Refused("invalid_request", "'input' holds an empty text.");
    }

    private static int[] Ids(JsonElement list, int vocabulary) =>
        [.. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && id >= 0 && id < vocabulary
            ? id
            : throw RequestFields.Refused("invalid_request", $"'input' has {item.GetRawText()} where a token id from 0 to {vocabulary - 1} is expected."))];
}
