using System.Buffers;
using System.Text;
using System.Text.Json;
using HalfFull.Engine.Hosting;

namespace HalfFull.Gateway.Workers;

/// <summary>Writes the probabilities of tokens in OpenAI's two shapes.</summary>
internal static class LogprobsText
{
    /// <summary>Writes the object of some tokens that have probabilities.</summary>
    public static void Write(IBufferWriter<byte> output, IReadOnlyList<GeneratedToken> tokens, IWorkerModel model, bool isChat)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        if (isChat)
        {
            json.WriteStartArray("content");
            foreach (var token in tokens)
            {
                var told = token.Logprobs!;
                json.WriteStartObject();
                Token(json, model, told.Token, told.Logprob);
                json.WriteStartArray("top_logprobs");
                foreach (var (other, logprob) in told.Top)
                {
                    json.WriteStartObject();
                    Token(json, model, other, logprob);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
        else
        {
            Plain(json, tokens, model);
        }

        json.WriteEndObject();
    }

    private static void Token(Utf8JsonWriter json, IWorkerModel model, int token, double logprob)
    {
        var piece = model.Piece(token);
        json.WriteString("token", Encoding.UTF8.GetString(piece));
        json.WriteNumber("logprob", Finite(logprob));
        json.WriteStartArray("bytes");
        foreach (var value in piece)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private static void Plain(Utf8JsonWriter json, IReadOnlyList<GeneratedToken> tokens, IWorkerModel model)
    {
        json.WriteStartArray("tokens");
        foreach (var token in tokens)
        {
            json.WriteStringValue(Encoding.UTF8.GetString(model.Piece(token.Id)));
        }

        json.WriteEndArray();
        json.WriteStartArray("token_logprobs");
        foreach (var token in tokens)
        {
            json.WriteNumberValue(Finite(token.Logprobs!.Logprob));
        }

        json.WriteEndArray();
        json.WriteStartArray("top_logprobs");
        foreach (var token in tokens)
        {
            json.WriteStartObject();

            // Different tokens may have the same text; the first, likelier one stays.
            foreach (var (text, logprob) in token.Logprobs!.Top.Select(pair => (Encoding.UTF8.GetString(model.Piece(pair.Key)), pair.Value)).DistinctBy(pair => pair.Item1, StringComparer.Ordinal))
            {
                json.WriteNumber(text, Finite(logprob));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>JSON has no infinity: a token that cannot be has the least number.</summary>
    private static double Finite(double logprob) => double.IsFinite(logprob) ? logprob : -9999;
}
