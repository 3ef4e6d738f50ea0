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
    private bool ended;

    /// <param name="live">Where the figures come from.</param>
    public LoadProgress(Func<LiveFigures> live)
    {
        if (!Console.IsErrorRedirected)
        {
            timer = new Timer(_ => Show(live()), state: null, Every, Every);
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

    private void Show(LiveFigures live)
    {
        lock (writing)
        {
            if (!ended)
            {
                var elapsed = (TimeProvider.System.GetUtcNow().UtcDateTime - started).TotalSeconds;
                Console.Error.Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $"\r{elapsed,5:0} s  {live.Ended:#,0} ended, {live.Failed:#,0} failed  TTFT p50 {Figures.Seconds(live.TtftP50.TotalSeconds)} p99 {Figures.Seconds(live.TtftP99.TotalSeconds)}  ITL p99 {Figures.Seconds(live.ItlP99.TotalSeconds)}  E2E p50 {Figures.Seconds(live.E2EP50.TotalSeconds)}\u001b[K"));
            }
        }
    }
}
