using System.Diagnostics;
using System.Globalization;

namespace HalfFull.Cli.Output;

/// <summary>A bar on standard error that says which share of a task is done; shown after two seconds, and on a terminal only.</summary>
internal sealed class ProgressBar(string what) : IDisposable
{
    private const long ShownAfterMillis = 2_000;
    private const int Width = 30;
    private readonly bool visible = !Console.IsErrorRedirected;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private bool shown;

    /// <summary>Shows the share done, from 0 to 1.</summary>
    public void Show(double share)
    {
        if (visible && clock.ElapsedMilliseconds >= ShownAfterMillis)
        {
            shown = true;
            var done = (int)(share * Width);
            Console.Error.Write(string.Create(
                CultureInfo.InvariantCulture, $"\r{what} [{new string('#', done)}{new string('.', Width - done)}] {100 * share,3:0}%\u001b[K"));
        }
    }

    /// <summary>Removes the bar.</summary>
    public void Dispose()
    {
        if (shown)
        {
            Console.Error.Write("\r\u001b[K");
            shown = false;
        }
    }
}
