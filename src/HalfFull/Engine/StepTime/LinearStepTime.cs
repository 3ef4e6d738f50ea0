namespace HalfFull.Engine.StepTime;

/// <summary>
/// The plain step-time model: a base plus a cost per unit of work. Enough for tests, closed forms and engines of which only a
/// regression is known. The base includes host overhead.
/// </summary>
public sealed class LinearStepTime : IStepTimeModel
{
    private readonly double baseMicros;
    private readonly double microsPerPrefillToken;
    private readonly double microsPerDecodeSequence;
    private readonly double microsPerContextToken;

    /// <summary>Makes the model; every coefficient is finite and at least 0.</summary>
    /// <param name="baseMicros">Microseconds per step.</param>
    /// <param name="microsPerPrefillToken">Microseconds per prompt token computed.</param>
    /// <param name="microsPerDecodeSequence">Microseconds per decoding sequence.</param>
    /// <param name="microsPerContextToken">Microseconds per token read from the KV cache, by decodes and by prefill chunks alike.</param>
    /// <exception cref="ArgumentOutOfRangeException">A coefficient is negative, infinite or not a number.</exception>
    public LinearStepTime(
        double baseMicros, double microsPerPrefillToken, double microsPerDecodeSequence, double microsPerContextToken)
    {
        this.baseMicros = Checked(baseMicros, nameof(baseMicros));
        this.microsPerPrefillToken = Checked(microsPerPrefillToken, nameof(microsPerPrefillToken));
        this.microsPerDecodeSequence = Checked(microsPerDecodeSequence, nameof(microsPerDecodeSequence));
        this.microsPerContextToken = Checked(microsPerContextToken, nameof(microsPerContextToken));
    }

    /// <inheritdoc/>
    public TimeSpan Predict(in StepShape shape) => StepDuration.FromMicros(
        baseMicros
        + (microsPerPrefillToken * shape.PrefillTokens)
        + (microsPerDecodeSequence * shape.DecodeSequences)
        + (microsPerContextToken * (shape.DecodeTokens + shape.PrefillContextTokens)));

    private static double Checked(double micros, string name) => double.IsFinite(micros) && micros >= 0
        ? micros
        : throw new ArgumentOutOfRangeException(name, micros, "must be a finite number of at least 0");
}
