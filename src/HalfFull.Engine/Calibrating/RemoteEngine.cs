using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace HalfFull.Engine.Calibrating;

/// <summary>An engine behind an OpenAI-compatible address, timed from outside.</summary>
internal sealed class RemoteEngine(HttpClient client, Uri address, string? model)
{
    private int asked;

    /// <summary>What one stream showed.</summary>
    /// <param name="PromptTokens">Prompt tokens, as the server counted them.</param>
    /// <param name="OutputTokens">Output tokens, as the server counted them.</param>
    /// <param name="FirstMicros">Microseconds to the first token.</param>
    /// <param name="PerTokenMicros">Microseconds for each further token.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Stream(int PromptTokens, int OutputTokens, double FirstMicros, double PerTokenMicros);

    /// <summary>Streams an answer to a prompt of about so many words that it has not seen before.</summary>
    /// <exception cref="InvalidDataException">The server refuses, or its stream has no usage; the message says what it answered.</exception>
    internal async Task<Stream> AskAsync(int words, int outputTokens, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "v1/completions"))
        {
            Content = new StringContent(Body(words, outputTokens), Encoding.UTF8, "application/json"),
        };
        var begun = Stopwatch.GetTimestamp();
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            var answer = await response.Content.ReadAsStringAsync(cancellation);
            throw new InvalidDataException($"{address} answered {(int)response.StatusCode} to a completion: {answer[..Math.Min(200, answer.Length)]}");
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        var (first, last) = (0L, 0L);
        (int Prompt, int Output)? usage = null;
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (!line.StartsWith("data: {", StringComparison.Ordinal))
            {
                continue;
            }

            using var chunk = JsonDocument.Parse(line.AsMemory(6));
            if (chunk.RootElement.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
                && choices[0].TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String && text.GetString()!.Length > 0)
            {
                last = Stopwatch.GetTimestamp();
                first = first == 0 ? last : first;
            }

            if (chunk.RootElement.TryGetProperty("usage", out var counts) && counts.ValueKind == JsonValueKind.Object)
            {
                usage = (counts.GetProperty("prompt_tokens").GetInt32(), counts.GetProperty("completion_tokens").GetInt32());
            }
        }

        return usage is { } told && first != 0
            ? new Stream(
                told.Prompt,
                told.Output,
                Stopwatch.GetElapsedTime(begun, first).TotalMicroseconds,
                Stopwatch.GetElapsedTime(first, last).TotalMicroseconds / Math.Max(1, told.Output - 1))
            : throw new InvalidDataException($"{address} streamed no text with usage; calibrate needs 'stream_options.include_usage'.");
    }

    private string Body(int words, int outputTokens)
    {
        // Another beginning each time, so that no prefix cache helps.
        var prompt = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{Rng.Mix((ulong)Interlocked.Increment(ref asked)):x}"));
        for (var i = 1; i < words; i++)
        {
            prompt.Append(" word");
        }

        return JsonSerializer.Serialize(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["model"] = model,
            ["prompt"] = prompt.ToString(),
            ["max_tokens"] = outputTokens,
            ["ignore_eos"] = true,
            ["temperature"] = 0,
            ["stream"] = true,
            ["stream_options"] = new Dictionary<string, bool>(StringComparer.Ordinal) { ["include_usage"] = true },
        });
    }
}
