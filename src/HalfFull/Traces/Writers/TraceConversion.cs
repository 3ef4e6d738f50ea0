using System.IO.Compression;

namespace HalfFull.Traces.Writers;

/// <summary>What a conversion wrote.</summary>
/// <param name="Rows">Number of requests.</param>
/// <param name="Dropped">What some rows had and the format cannot hold, in a fixed order; empty when nothing was lost.</param>
public sealed record TraceConversion(long Rows, IReadOnlyList<TraceColumn> Dropped)
{
    /// <summary>
    /// Writes rows to a file, compressed when its name ends in <c>.gz</c>. It is written under a temporary name beside its place and renamed
    /// at the end, so that an error leaves nothing half-written.
    /// </summary>
    /// <exception cref="TraceException">The rows or the file are at fault.</exception>
    public static TraceConversion Write(IEnumerable<TraceRow> rows, string path, ITraceLineWriter writer)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(writer);
        var temporary = path + ".partial";
        try
        {
            TraceConversion result;
            using (var stream = Create(temporary, compress: path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)))
            {
                result = Write(rows, stream, writer);
            }

            File.Move(temporary, path, overwrite: true);
            return result;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException and not TraceException)
        {
            throw new TraceException($"{path} cannot be written: {error.Message}", error);
        }
        finally
        {
            DeleteIfThere(temporary);
        }
    }

    /// <summary>Writes rows to a stream, which stays open.</summary>
    /// <exception cref="TraceException">The format cannot express a row, or the source of the rows is at fault.</exception>
    public static TraceConversion Write(IEnumerable<TraceRow> rows, Stream stream, ITraceLineWriter writer)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(writer);
        var found = new bool[Enum.GetValues<TraceColumn>().Length];
        var count = 0L;
        writer.WriteHeader(stream);
        foreach (var row in rows)
        {
            writer.Write(stream, row);
            count++;
            found[(int)TraceColumn.Max] |= row.MaxOutputTokens is not null;
            found[(int)TraceColumn.Tenant] |= row.Tenant is not null;
            found[(int)TraceColumn.Priority] |= row.Priority != 0;
            found[(int)TraceColumn.Session] |= row.Session is not null;
            found[(int)TraceColumn.Program] |= row.Program is not null;
            found[(int)TraceColumn.PrefixHashes] |= !row.PrefixHashes.IsEmpty;
        }

        return new TraceConversion(count, [.. Enum.GetValues<TraceColumn>().Where(column => found[(int)column] && !writer.Holds.Contains(column))]);
    }

    private static Stream Create(string path, bool compress)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        return compress ? new BufferedStream(new GZipStream(file, CompressionLevel.Optimal), 1 << 16) : file;
    }

    private static void DeleteIfThere(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The error that led here is the one to report.
        }
    }
}
