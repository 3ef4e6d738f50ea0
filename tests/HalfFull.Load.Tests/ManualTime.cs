namespace HalfFull.Load.Tests;

/// <summary>Time that moves only when it is told to.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref ticks);

    public void Advance(double milliseconds) => Interlocked.Add(ref ticks, (long)(milliseconds * TimeSpan.TicksPerMillisecond));
}
