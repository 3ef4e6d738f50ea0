using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using HalfFull.Engine.Hosting;
using HalfFull.Engine.Native;
using HalfFull.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Workers;

/// <summary>OpenAI's endpoint for embeddings over a real model.</summary>
internal sealed class EmbeddingsApi(LlamaModel model, LlamaEmbedder embedder)
{
    /// <summary>The answer to a body.</summary>
    /// <exception cref="RequestRefusedException">It cannot be answered.</exception>
    public async Task<ReadOnlyMemory<byte>> AnswerAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var request = EmbeddingsRequest.Parse(body, model);
        foreach (var tokens in request.Inputs)
        {
            if (tokens.Length > embedder.MostTokens)
            {
                throw new RequestRefusedException(
                    StatusCodes.Status400BadRequest, "context_length_exceeded", $"This model embeds texts of at most {embedder.MostTokens} tokens, but one has {tokens.Length}; shorten it.");
            }
        }

        // It computes: not on a thread that others wait for.
        try
        {
            return await Task.Run(() => Write(request, cancellation), cancellation);
        }
        catch (LlamaException error)
        {
            throw new RequestRefusedException(StatusCodes.Status503ServiceUnavailable, "embedding_failed", error.Message);
        }
    }

    private ReadOnlyMemory<byte> Write(EmbeddingsRequest request, CancellationToken cancellation)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (var index = 0; index < request.Inputs.Count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", index);
            json.WritePropertyName("embedding");
            Vector(json, embedder.Embed(request.Inputs[index]), request.IsBase64);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model", model.File.Name);
        var tokens = request.Inputs.Sum(static text => text.Length);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", tokens);
        json.WriteNumber("total_tokens", tokens);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }

    private static void Vector(Utf8JsonWriter json, float[] vector, bool isBase64)
    {
        if (isBase64)
        {
            json.WriteBase64StringValue(MemoryMarshal.AsBytes<float>(vector));
            return;
        }

        json.WriteStartArray();
        foreach (var number in vector)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
