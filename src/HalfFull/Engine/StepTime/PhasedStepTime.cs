namespace HalfFull.Engine.StepTime;

/// <summary>
/// Linear step time with coefficients of their own for steps that only decode and for steps that prefill: on one engine these differ by more than any single
/// line can follow. Fitted to measured steps (<c>halffull calibrate</c>). Host overhead is included.
/// </summary>
public sealed class PhasedStepTime : IStepTimeModel
{
    private readonly DecodeCosts decode;
    private readonly MixedCosts mixed;

    /// <summary>Makes the model; every coefficient is finite and at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A coefficient is negative, infinite or not a number.</exception>
    public PhasedStepTime(DecodeCosts decode, MixedCosts mixed)
    {
        ArgumentNullException.ThrowIfNull(decode);
        ArgumentNullException.ThrowIfNull(mixed);
        Check(decode.BaseMicros, decode.MicrosPerSequence, decode.MicrosPerContextToken);
        Check(mixed.BaseMicros, mixed.MicrosPerChunk, mixed.MicrosPerPrefillToken, mixed.MicrosPerPrefillProduct, mixed.MicrosPerDecodeSequence, mixed.MicrosPerContextToken);
        this.decode = decode;
        this.mixed = mixed;
    }

    /// <summary>Costs of a step that only decodes.</summary>
    public DecodeCosts Decode => decode;

    /// <summary>Costs of a step with at least one prefill chunk.</summary>
    public MixedCosts Mixed => mixed;

    /// <inheritdoc/>
    public TimeSpan Predict(in StepShape shape) => StepDuration.FromMicros(shape.PrefillChunks == 0
        ? decode.BaseMicros + (decode.MicrosPerSequence * shape.DecodeSequences) + (decode.MicrosPerContextToken * shape.DecodeTokens)
        : mixed.BaseMicros
            + (mixed.MicrosPerChunk * shape.PrefillChunks)
            + (mixed.MicrosPerPrefillToken * shape.PrefillTokens)
            + (mixed.MicrosPerPrefillProduct * (shape.PrefillProduct + shape.PrefillSquares))
            + (mixed.MicrosPerDecodeSequence * shape.DecodeSequences)
            + (mixed.MicrosPerContextToken * shape.DecodeTokens));

    private static void Check(params ReadOnlySpan<double> coefficients)
    {
        foreach (var micros in coefficients)
        {
            if (!double.IsFinite(micros) || micros < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(coefficients), micros, "must be a finite number of at least 0");
            }
        }
    }

    /// <summary>Costs of a step that only decodes.</summary>
    /// <param name="BaseMicros">Microseconds per step.</param>
    /// <param name="MicrosPerSequence">Microseconds per sequence.</param>
    /// <param name="MicrosPerContextToken">Microseconds per token read from the KV cache.</param>
    public sealed record DecodeCosts(double BaseMicros, double MicrosPerSequence, double MicrosPerContextToken);

    /// <summary>Costs of a step with at least one prefill chunk.</summary>
    /// <param name="BaseMicros">Microseconds per step.</param>
    /// <param name="MicrosPerChunk">Microseconds per chunk: engines that split a mixed batch pass once for each.</param>
    /// <param name="MicrosPerPrefillToken">Microseconds per prompt token computed.</param>
    /// <param name="MicrosPerPrefillProduct">Microseconds per pair of a prompt token computed and a token that it may attend to: q(q + c) summed over chunks.</param>
    /// <param name="MicrosPerDecodeSequence">Microseconds per sequence that decodes beside.</param>
    /// <param name="MicrosPerContextToken">Microseconds per token that those read from the KV cache.</param>
    public sealed record MixedCosts(
        double BaseMicros,
        double MicrosPerChunk,
        double MicrosPerPrefillToken,
        double MicrosPerPrefillProduct,
        double MicrosPerDecodeSequence,
        double MicrosPerContextToken);
}
