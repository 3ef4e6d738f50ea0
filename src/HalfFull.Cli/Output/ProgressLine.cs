using System.Diagnostics;
using System.Globalization;
using HalfFull.Metrics;

namespace HalfFull.Cli.Output;

/// <summary>A line on standard error that says how far a run is; shown after two seconds, and on a terminal only.</summary>
internal sealed class ProgressLine(long requests) : IRecordSink, IDisposable
{
    private const long ShownAfterMillis = 2_000;
    private const long ShownEveryMillis = 200;
    private const int CheckedEvery = 256;

    private readonly bool visible = !Console.IsErrorRedirected;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Lock writing = new();
    private long done;
    private long shownAt = ShownAfterMillis;
    private bool shown;

    /// <summary>Counts a request; may be called from several threads.</summary>
    public void Add(in RequestRecord record)
    {
        if (visible && Interlocked.Increment(ref done) % CheckedEvery == 0 && clock.ElapsedMilliseconds >= Volatile.Read(ref shownAt))
        {
            Show();
        }
    }

    /// <summary>Removes the line.</summary>
    public void Clear()
    {
        if (shown)
        {
            Console.Error.Write("\r\u001b[K");
            shown = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private void Show()
    {
        lock (writing)
        {
            shownAt = clock.ElapsedMilliseconds + ShownEveryMillis;
            shown = true;
            Console.Error.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"\r{100.0 * done / requests,4:0}%  {done:#,0} of {requests:#,0} requests  {done / clock.Elapsed.TotalSeconds:#,0}/s\u001b[K"));
        }
    }
}
