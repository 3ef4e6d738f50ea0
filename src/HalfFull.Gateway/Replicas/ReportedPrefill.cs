namespace HalfFull.Gateway.Replicas;

/// <summary>
/// Learns a replica's prefill rate from the difference of its own reports, which is all that answers without a first token leave: prompt tokens computed, over the time in
/// which they can have been computed. That is at most the sum of their times to first token; and at most the time between the reports, with a usual time to first token before it,
/// for that is when the first of them came. Where requests waited in the engine all the time it never paused, and nothing is added. So a sample is above the true rate by no more than one prompt,
/// and below it where the engine had pauses or took prompts side by side: a high quantile of them is the rate.
/// </summary>
internal sealed class ReportedPrefill
{
    private const int SmallestWork = 2048; // tokens: a step's worth, so that fixed costs do not drown the rate
    private static readonly TimeSpan ShortestStretch = TimeSpan.FromSeconds(1); // several reports: what they count at their edges matters less
    private static readonly TimeSpan BackloggedStretch = TimeSpan.FromSeconds(3); // several prompts: one that was begun before counts whole

    private double tokens;
    private double seconds;
    private double requests;
    private TimeSpan elapsed;
    private int shown;
    private bool hadPause;

    /// <summary>A first token was seen: it teaches by itself.</summary>
    public void Shown() => shown++;

    /// <summary>Takes in a report.</summary>
    /// <param name="before">The one before, of the same epoch.</param>
    /// <param name="after">This one.</param>
    /// <param name="time">Between them.</param>
    /// <returns>Tokens and the time that they took, when enough have come together and most of their requests were not seen otherwise; null otherwise.</returns>
    public (double Tokens, TimeSpan Time)? Take(EngineReport before, EngineReport after, TimeSpan time)
    {
        if (after.PromptTokens - before.PromptTokens is not { } prompt || after.PrefillSeconds - before.PrefillSeconds is not { } spent || time <= TimeSpan.Zero)
        {
            return null;
        }

        tokens += prompt - ((after.CachedTokens - before.CachedTokens) ?? 0);
        seconds += spent;
        requests += (after.FirstTokens - before.FirstTokens) ?? 0;
        elapsed += time;
        hadPause |= before.Waiting is not > 0 || after.Waiting is not > 0;
        if (tokens < SmallestWork || elapsed < (hadPause ? ShortestStretch : BackloggedStretch) || seconds <= 0)
        {
            return null;
        }

        // Without a count of requests the engine says how long it worked on prompts, not how long they waited.
        var most = requests > 0 ? Math.Min(seconds, elapsed.TotalSeconds + (hadPause ? seconds / requests : 0)) : seconds;
        var sample = (tokens, TimeSpan.FromSeconds(most));
        var isOwn = shown > 0 && shown * 2 >= requests;
        Reset();
        return isOwn ? null : sample;
    }

    private void Reset() => (tokens, seconds, requests, elapsed, shown, hadPause) = (0, 0, 0, TimeSpan.Zero, 0, false);
}
