using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace HalfFull.Metrics;

/// <summary>
/// Writes one line for each request, ordered by finish time, then id; the file appears on <see cref="Commit"/> only. Times are seconds
/// with 7 decimals, exact to the tick. A rejected request finishes when it arrives; <c>first_token_s</c> is empty without a token.
/// </summary>
/// <param name="path">The file to write.</param>
/// <param name="withHandovers">Whether replicas have roles: two more columns say who prefilled a request and how long it was on its way from there.</param>
/// <param name="withMigrations">Whether requests may be moved: a last column says how often each was.</param>
public sealed class RecordsCsv(string path, bool withHandovers = false, bool withMigrations = false) : IRecordSink, IDisposable
{
    private const string Header = "id,arrival_s,first_token_s,finish_s,prompt_tokens,cached_tokens,output_tokens,preemptions,replica,tenant,outcome";
    private const string HandoverHeader = ",prefill_replica,handover_s";
    private const string MigrationHeader = ",migrations";

    private readonly AtomicFile file = new(path);
    private readonly List<RequestRecord> sameFinish = [];
    private readonly byte[] row = new byte[512];
    private bool started;

    /// <summary>Takes a record. Records come in order of finishing; those of one finish time may come in any order.</summary>
    /// <exception cref="InvalidOperationException">The record finished before one that was taken earlier.</exception>
    public void Add(in RequestRecord record)
    {
        if (sameFinish.Count > 0 && sameFinish[0].Finish != record.Finish)
        {
            if (record.Finish < sameFinish[0].Finish)
            {
                throw new InvalidOperationException(
                    $"Request {record.Id} finished at {record.Finish} but was recorded after one that finished at {sameFinish[0].Finish}.");
            }

            Flush();
        }

        sameFinish.Add(record);
    }

    /// <summary>Writes what is left and gives the file its name.</summary>
    public void Commit()
    {
        Flush();
        file.Commit();
    }

    /// <summary>Discards the file unless it was committed.</summary>
    public void Dispose() => file.Dispose();

    private void Flush()
    {
        if (!started)
        {
            file.Stream.Write(Encoding.UTF8.GetBytes($"{Header}{(withHandovers ? HandoverHeader : string.Empty)}{(withMigrations ? MigrationHeader : string.Empty)}\n"));
            started = true;
        }

        sameFinish.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        foreach (var record in sameFinish)
        {
            Write(record);
        }

        sameFinish.Clear();
    }

    private void Write(in RequestRecord record)
    {
        Utf8.TryWrite(row, CultureInfo.InvariantCulture, $"{record.Id},", out var used);
        used += WriteSeconds(record.Arrival, row.AsSpan(used));
        row[used++] = (byte)',';
        used += record.OutputTokens > 0 ? WriteSeconds(record.FirstToken, row.AsSpan(used)) : 0;
        row[used++] = (byte)',';
        used += WriteSeconds(record.Finish, row.AsSpan(used));
        Utf8.TryWrite(
            row.AsSpan(used),
            CultureInfo.InvariantCulture,
            $",{record.PromptTokens},{record.CachedTokens},{record.OutputTokens},{record.Preemptions},{record.Replica},",
            out var more);
        file.Stream.Write(row.AsSpan(0, used + more));
        WriteTenant(record.Tenant);
        file.Stream.Write(record.Outcome switch
        {
            Outcome.Completed => ",completed"u8,
            Outcome.Rejected => ",rejected"u8,
            _ => ",failed"u8,
        });
        if (withHandovers)
        {
            WriteHandover(record);
        }

        if (withMigrations)
        {
            Utf8.TryWrite(row, CultureInfo.InvariantCulture, $",{record.Migrations}", out var last);
            file.Stream.Write(row.AsSpan(0, last));
        }

        file.Stream.WriteByte((byte)'\n');
    }

    private void WriteHandover(in RequestRecord record)
    {
        Utf8.TryWrite(row, CultureInfo.InvariantCulture, $",{record.PrefillReplica},", out var used);
        used += record.PrefillReplica is null ? 0 : WriteSeconds(record.Handover, row.AsSpan(used));
        file.Stream.Write(row.AsSpan(0, used));
    }

    // Whole seconds and the rest as whole numbers: no binary fraction comes near the digits.
    private static int WriteSeconds(TimeSpan time, Span<byte> target)
    {
        var (seconds, ticks) = Math.DivRem(time.Ticks, TimeSpan.TicksPerSecond);
        Utf8.TryWrite(target, CultureInfo.InvariantCulture, $"{seconds}.{ticks:D7}", out var written);
        return written;
    }

    private void WriteTenant(string? tenant)
    {
        if (string.IsNullOrEmpty(tenant))
        {
            return;
        }

        var field = tenant.AsSpan().ContainsAny(",\"\r\n") ? $"\"{tenant.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : tenant;
        file.Stream.Write(Encoding.UTF8.GetBytes(field));
    }
}
