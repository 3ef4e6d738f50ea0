namespace HalfFull.Engine.StepTime;

/// <summary>Time of decode attention in one layer.</summary>
internal interface IDecodeCurve
{
    /// <summary>Microseconds for n sequences, at least one, whose lengths sum to <paramref name="tokens"/>.</summary>
    double Micros(int sequences, long tokens);
}
