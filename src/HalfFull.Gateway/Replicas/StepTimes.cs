namespace HalfFull.Gateway.Replicas;

/// <summary>
/// Learns how long a replica's steps take from the gaps between output tokens: each stream tells the mean of every sixteen gaps, and the median of those is taken, so
/// that a preemption, a slow client or a stream whose events came in one packet do not count. An engine that takes several tokens in a step sends them in one event, and events are what is
/// counted. Without streams its reports tell the mean gap.
/// </summary>
internal sealed class StepTimes
{
    /// <summary>Gaps that make a sample.</summary>
    internal const int Gaps = 16;
    private const int FewestAtTheEnd = 4; // gaps: below, a stream that ends is too short to tell
    private readonly QuantileWindow samples = new(size: 32, quantile: 0.5, fewest: 4, renewal: 4);
    private int streamed;

    /// <summary>Seconds of a step; null until four samples told.</summary>
    public double? Seconds => samples.Value;

    /// <summary>Takes the gaps of a stream since it told last, when they are enough.</summary>
    /// <param name="lease">The stream.</param>
    /// <param name="now">The time: of its last token, or of its end right behind it.</param>
    /// <param name="hasEnded">Whether no more will come.</param>
    public void Take(Lease lease, TimeSpan now, bool hasEnded)
    {
        var gaps = lease.OutputTokens - lease.MarkedTokens;
        if (lease.FirstTokenAt is null || gaps < (hasEnded ? FewestAtTheEnd : Gaps))
        {
            return;
        }

        streamed++;
        samples.Add((now - lease.MarkedAt).TotalSeconds / gaps);
        (lease.MarkedAt, lease.MarkedTokens) = (now, lease.OutputTokens);
    }

    /// <summary>Takes in a report.</summary>
    /// <param name="before">The one before, of the same epoch.</param>
    /// <param name="after">This one.</param>
    public void Take(EngineReport before, EngineReport after)
    {
        if (streamed == 0 && after.GapSeconds - before.GapSeconds is > 0 and var seconds && after.Gaps - before.Gaps is >= Gaps and var gaps)
        {
            samples.Add(seconds / gaps);
        }

        streamed = 0;
    }
}
