namespace HalfFull.Engine.StepTime;

/// <summary>The one place where microseconds become a duration.</summary>
internal static class StepDuration
{
    /// <summary>Rounds to the nearest tick of 100 ns (ties to even), at least one tick, so that simulated time always advances.</summary>
    public static TimeSpan FromMicros(double micros) =>
        new(Math.Max(1, (long)Math.Round(micros * TimeSpan.TicksPerMicrosecond)));
}
