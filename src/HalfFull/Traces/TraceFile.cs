using System.Security.Cryptography;
using HalfFull.Traces.Formats;

namespace HalfFull.Traces;

/// <summary>A trace on disk, plain or gzip-compressed, read one line at a time. The format is recognised from the content.</summary>
public sealed class TraceFile : ITraceSource
{
    private readonly string path;
    private readonly Lazy<string> digest;

    private TraceFile(string path, ITraceFormat format)
    {
        this.path = path;
        Format = format;
        Name = Path.GetFileName(path);
        digest = new Lazy<string>(ComputeDigest);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The recognised format.</summary>
    public ITraceFormat Format { get; }

    /// <inheritdoc/>
    public string Sha256 => digest.Value;

    /// <summary>Opens a trace of a known format, or any CSV or JSON lines with a map of its columns.</summary>
    /// <exception cref="TraceException">The file is missing, unreadable, empty or of no known format.</exception>
    public static TraceFile Open(string path, ColumnMap? columns = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var lines = new LineReader(TraceStream.Open(path), joinQuotedLines: false);
        while (TraceReader.TryReadLine(path, lines, out var line))
        {
            if (!line.IsEmpty)
            {
                var format = columns is null ? TraceFormats.Recognise(line) : new ColumnMapFormat(columns, ColumnMapFormat.LooksLikeJson(line));
                return new TraceFile(path, format ?? throw Unknown(path));
            }
        }

        throw new TraceException($"{path} is empty; a trace needs at least one request.");
    }

    /// <summary>The requests in arrival order, from the file's first arrival at time 0; the file is read as they are asked for.</summary>
    /// <exception cref="TraceException">A line is invalid, arrivals are not in order, or the file cannot be read to its end.</exception>
    public IEnumerable<TraceRow> Rows() => Read(ordered: true);

    /// <summary>The requests of a file in any order, such as a log written when requests end; holds them all in memory.</summary>
    /// <exception cref="TraceException">A line is invalid, or the file cannot be read to its end.</exception>
    public IEnumerable<TraceRow> SortedRows() => Read(ordered: false).SortByArrival();

    private IEnumerable<TraceRow> Read(bool ordered)
    {
        using var reader = new TraceReader(path, Format, ordered);
        while (reader.TryRead(out var row))
        {
            yield return row;
        }
    }

    private static TraceException Unknown(string path)
    {
        var known = string.Join("; ", TraceFormats.All.Select(format => $"{format.Name}: {format.Signature}"));
        return new TraceException($"{path} has no known trace format; known are {known}; name the columns of any other CSV or JSON lines with --columns arrival=COLUMN,prompt=COLUMN,output=COLUMN.");
    }

    private string ComputeDigest()
    {
        using var file = TraceStream.OpenFile(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
