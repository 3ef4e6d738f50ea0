using System.Globalization;

namespace HalfFull.Traces;

/// <summary>One pass over a trace file: checks the order of arrivals and shifts them so that the first is at time 0.</summary>
internal sealed class TraceReader : IDisposable
{
    // A longer trace is a wrong column or mixed units.
    private static readonly TimeSpan LongestSpan = TimeSpan.FromDays(3653);
    private readonly string path;
    private readonly ITraceFormat format;
    private readonly bool ordered;
    private readonly LineReader lines;
    private ITraceLineParser? parser;
    private TimeSpan origin;
    private TimeSpan previous;
    private bool any;

    /// <summary>Opens the file at its beginning.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="ordered">Whether arrivals must be in order.</param>
    /// <exception cref="TraceException">It cannot be opened.</exception>
    public TraceReader(string path, ITraceFormat format, bool ordered)
    {
        this.ordered = ordered;
        this.path = path;
        this.format = format;
        lines = new LineReader(TraceStream.Open(path), format.HasQuotedLines);
    }

    /// <summary>The next request; false at the end of the file.</summary>
    /// <exception cref="TraceException">The line is invalid, out of order, or cannot be read.</exception>
    public bool TryRead(out TraceRow row)
    {
        while (TryReadLine(path, lines, out var line))
        {
            if (line.IsEmpty)
            {
                continue;
            }

            var position = new TracePosition(path, lines.Line);
            if (parser is null)
            {
                parser = format.CreateParser(line, position);
                if (format.HasHeader)
                {
                    continue;
                }
            }

            row = Shift(parser.Parse(line, position), position);
            return true;
        }

        row = default;
        return any ? false : throw new TraceException($"{path} holds no requests; a trace needs at least one.");
    }

    /// <inheritdoc/>
    public void Dispose() => lines.Dispose();

    /// <summary>Reads a line, with the errors of the file system and of decompression as trace errors.</summary>
    public static bool TryReadLine(string path, LineReader lines, out ReadOnlySpan<byte> line)
    {
        try
        {
            return lines.TryRead(out line);
        }
        catch (InvalidDataException error)
        {
            throw new TraceException($"{path}, after line {(lines.Line - 1).ToString(CultureInfo.InvariantCulture)}: {error.Message}.", error);
        }
        catch (IOException error)
        {
            throw new TraceException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private TraceRow Shift(in TraceRow row, TracePosition position)
    {
        if (!any)
        {
            any = true;
            origin = row.Arrival;
            previous = row.Arrival;
        }

        if (ordered && row.Arrival < previous)
        {
            throw position.Error($"the request arrives {((previous - row.Arrival).TotalSeconds).ToString("0.#######", CultureInfo.InvariantCulture)} s before the one above it; sort the file by arrival.");
        }

        if ((row.Arrival - origin).Duration() > LongestSpan)
        {
            throw position.Error("the request arrives more than ten years from the first; check the unit of the arrival column.");
        }

        previous = row.Arrival;
        return row with { Arrival = row.Arrival - origin };
    }
}
