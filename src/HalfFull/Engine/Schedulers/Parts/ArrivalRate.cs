namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>Arrivals per second over the last few arrivals.</summary>
internal sealed class ArrivalRate(int window)
{
    private readonly TimeSpan[] arrivals = new TimeSpan[window];
    private long count;
    private TimeSpan last;

    /// <summary>The rate; 0 before the second arrival.</summary>
    internal double PerSecond { get; private set; }

    /// <summary>Counts an arrival.</summary>
    internal void Arrived(TimeSpan at)
    {
        last = at > last ? at : last;
        arrivals[count++ % window] = last;
        var known = Math.Min(count, window);
        var first = arrivals[(count - known) % window];
        PerSecond = known > 1 && last > first ? (known - 1) / (last - first).TotalSeconds : PerSecond;
    }
}
