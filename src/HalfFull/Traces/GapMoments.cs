namespace HalfFull.Traces;

/// <summary>Mean and variation of inter-arrival times, one pass (Welford).</summary>
internal sealed class GapMoments
{
    private long gaps;
    private double mean;
    private double squares;
    private TimeSpan first;
    private TimeSpan last;
    private bool any;

    /// <summary>First to last arrival.</summary>
    public TimeSpan Span => last - first;

    /// <summary>One over the mean gap, per second; 0 when there is none.</summary>
    public double Rate => Span > TimeSpan.Zero ? gaps / Span.TotalSeconds : 0;

    /// <summary>Standard deviation over mean; null when there is no time between arrivals.</summary>
    public double? Cv => Span > TimeSpan.Zero ? Math.Sqrt(squares / gaps) / mean : null;

    /// <summary>Takes the next arrival.</summary>
    public void Add(TimeSpan arrival)
    {
        if (any)
        {
            var gap = (arrival - last).TotalSeconds;
            gaps++;
            var delta = gap - mean;
            mean += delta / gaps;
            squares += delta * (gap - mean);
        }
        else
        {
            first = arrival;
        }

        any = true;
        last = arrival;
    }
}
