using System.Globalization;
using HalfFull.Load.Records;

namespace HalfFull.Cli.Output;

/// <summary>A line on standard error that shows a load run as it goes, with percentiles so far; on a terminal only.</summary>
internal sealed class LoadProgress : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);
    private readonly Timer? timer;
    private readonly Lock writing = new();
    private readonly DateTime started = TimeProvider.System.GetUtcNow().UtcDateTime;
    private string heading = string.Empty;
    private Func<LiveFigures>? live;
    private bool ended;

    /// <param name="live">Where the figures come from; null until <see cref="Watch"/> says so.</param>
    public LoadProgress(Func<LiveFigures>? live = null)
    {
        this.live = live;
        if (!Console.IsErrorRedirected)
        {
            timer = new Timer(_ => Show(), state: null, Every, Every);
        }
    }

    /// <summary>Shows the figures of a block or trial from now on.</summary>
    public void Watch(Func<LiveFigures> figures)
    {
        lock (writing)
        {
            live = figures;
        }
    }

    /// <summary>Shows what is known before the figures.</summary>
    /// <param name="text">Ends with a blank.</param>
    public void Head(string text)
    {
        lock (writing)
        {
            heading = text;
        }
    }

    /// <summary>Leaves a line on the screen for good; on a terminal only.</summary>
    public void Leave(string text)
    {
        if (timer is not null)
        {
            lock (writing)
            {
                Console.Error.Write($"\r{text}\u001b[K\n");
            }
        }
    }

    /// <summary>Removes the line.</summary>
    public void Dispose()
    {
        if (timer is null)
        {
            return;
        }

        timer.Dispose();
        lock (writing)
        {
            ended = true;
            Console.Error.Write("\r\u001b[K");
        }
    }

    private void Show()
    {
        lock (writing)
        {
            if (!ended && live is not null)
            {
                var now = live();
                var elapsed = (TimeProvider.System.GetUtcNow().UtcDateTime - started).TotalSeconds;
                Console.Error.Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $"\r{elapsed,5:0} s  {heading}{now.Ended:#,0} ended, {now.Failed:#,0} failed  TTFT p50 {Figures.Seconds(now.TtftP50.TotalSeconds)} p99 {Figures.Seconds(now.TtftP99.TotalSeconds)}  ITL p99 {Figures.Seconds(now.ItlP99.TotalSeconds)}  E2E p50 {Figures.Seconds(now.E2EP50.TotalSeconds)}\u001b[K"));
            }
        }
    }
}
