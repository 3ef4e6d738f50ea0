using System.Globalization;
using System.Text;
using System.Text.Unicode;
using HalfFull.Load.OpenAi;

namespace HalfFull.Load.Records;

/// <summary>
/// Writes one line for each request when it ends; the file appears on <see cref="Commit"/> only. Times are seconds since the start of
/// the run with 7 decimals; what did not happen is empty.
/// </summary>
/// <param name="path">The file to write.</param>
public sealed class LoadRecordsCsv(string path) : ILoadRecordSink, IDisposable
{
    private const string Header =
        "id,arrival_s,sent_s,lateness_s,first_byte_s,first_token_s,finish_s,end_s,prompt_tokens,cached_tokens,output_tokens,deltas,max_gap_s,turn,tenant,status,finish_reason,outcome,error,measured,prompt_tokens_counted\n";

    private readonly AtomicFile file = new(path);
    private readonly StringBuilder line = new();
    private byte[] bytes = new byte[512];
    private bool started;

    /// <inheritdoc/>
    public void Add(in LoadRecord record, ReadOnlySpan<long> gaps)
    {
        Start();
        line.Clear();
        line.Append(CultureInfo.InvariantCulture, $"{record.Id},");
        Seconds(record.Scheduled);
        Seconds(record.Sent);
        Seconds(record.Lateness);
        Seconds(record.FirstByte);
        Seconds(record.FirstToken);
        Seconds(record.LastToken);
        Seconds(record.End);
        line.Append(CultureInfo.InvariantCulture, $"{record.PromptTokens},{record.Usage?.CachedTokens},{record.OutputTokens},{record.Deltas},");
        Seconds(record.Deltas > 1 ? record.LongestGap : null);
        line.Append(CultureInfo.InvariantCulture, $"{record.Turn},{Quoted(record.Tenant)},{record.Status},{Spelling(record.FinishReason)},");
        line.Append(CultureInfo.InvariantCulture, $"{record.Outcome.ToString().ToLowerInvariant()},{ErrorClassName.Of(record.Error)},{(record.IsMeasured ? 1 : 0)},{(record.Usage is { PromptTokens: > 0 } usage ? usage.PromptTokens : null)}\n");
        Flush();
    }

    /// <summary>Gives the file its name.</summary>
    public void Commit()
    {
        Start();
        file.Commit();
    }

    /// <summary>Discards the file unless it was committed.</summary>
    public void Dispose() => file.Dispose();

    private static string Spelling(FinishReason reason) => reason switch
    {
        FinishReason.None => string.Empty,
        FinishReason.Stop => "stop",
        FinishReason.Length => "length",
        FinishReason.ToolCalls => "tool_calls",
        FinishReason.ContentFilter => "content_filter",
        _ => "other",
    };

    private static string? Quoted(string? text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text!.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private void Start()
    {
        if (!started)
        {
            started = true;
            file.Stream.Write(Encoding.UTF8.GetBytes(Header));
        }
    }

    // Whole seconds and the rest as whole numbers: no binary fraction comes near the digits. Nothing here is negative.
    private void Seconds(TimeSpan? time)
    {
        if (time is { } known)
        {
            var (seconds, ticks) = Math.DivRem(known.Ticks, TimeSpan.TicksPerSecond);
            line.Append(CultureInfo.InvariantCulture, $"{seconds}.{ticks:D7}");
        }

        line.Append(',');
    }

    private void Flush()
    {
        foreach (var chunk in line.GetChunks())
        {
            if (bytes.Length < 3 * chunk.Length)
            {
                bytes = new byte[3 * chunk.Length];
            }

            Utf8.FromUtf16(chunk.Span, bytes, out _, out var written);
            file.Stream.Write(bytes, 0, written);
        }
    }
}
