namespace HalfFull.Engine.StepTime;

/// <summary>Host time added to every step: scheduling, input preparation, sampling, detokenising.</summary>
/// <param name="Name">Name as given to <c>--overhead</c>.</param>
/// <param name="BaseMicros">Microseconds per step.</param>
/// <param name="MicrosPerSequence">Microseconds per sequence in the batch.</param>
/// <param name="Note">Whether it was measured or assumed, in one sentence.</param>
public sealed record OverheadProfile(string Name, double BaseMicros, double MicrosPerSequence, string Note)
{
    /// <summary>Microseconds for a batch of the given number of sequences.</summary>
    internal double Micros(int sequences) => BaseMicros + (MicrosPerSequence * sequences);
}
