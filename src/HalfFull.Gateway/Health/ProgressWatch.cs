using HalfFull.Gateway.Replicas;

namespace HalfFull.Gateway.Health;

/// <summary>
/// Finds an engine that hangs behind a server that lives: its metrics say that requests run, and no token is computed. Not thread-safe.
/// </summary>
internal sealed class ProgressWatch
{
    private EngineReport? last;
    private TimeSpan movedAt;
    private TimeSpan seenAt;

    /// <summary>Takes in a report; without counters of tokens, or with nothing running, it tells of no fault.</summary>
    public void Take(EngineReport report, TimeSpan takenAt)
    {
        var stands = report.Running > 0 && report.GenerationTokens is { } tokens && last is { Running: > 0 }
            && tokens.Equals(last.GenerationTokens) && Nullable.Equals(report.PromptTokens, last.PromptTokens);
        movedAt = stands ? movedAt : takenAt;
        seenAt = takenAt;
        last = report;
    }

    /// <summary>Whether reports went on for so long without a token.</summary>
    public bool IsFrozen(TimeSpan after) => after > TimeSpan.Zero && seenAt - movedAt >= after;

    /// <summary>It was restarted.</summary>
    public void Reset() => (last, movedAt, seenAt) = (null, default, default);
}
