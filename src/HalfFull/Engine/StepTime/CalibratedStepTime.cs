namespace HalfFull.Engine.StepTime;

/// <summary>
/// Step time from fitted kernel timings: linear layers, attention, all-reduce and LM head, plus host overhead
/// (docs/step-models.md has the formulas). Immutable: share one instance between replicas and threads.
/// Everything that depends on one small integer is tabulated when the model is made, with the very function that serves
/// larger values, so that a table never changes a result.
/// </summary>
public sealed class CalibratedStepTime : IStepTimeModel
{
    private const int TokenGranule = 8;
    private const int CachedTokens = 8192;
    private const int CachedSequences = 1024;

    private readonly StepCurves curves;
    private readonly OverheadProfile overhead;
    private readonly IDecodeCurve decode;
    private readonly PrefillCurve prefill;
    private readonly double[] tokenMicros = new double[(CachedTokens / TokenGranule) + 1];
    private readonly double[] sequenceMicros = new double[CachedSequences + 1];

    internal CalibratedStepTime(StepCurves curves, OverheadProfile overhead)
    {
        this.curves = curves;
        this.overhead = overhead;
        decode = curves.Attention.Decode(curves.SequenceMultiplier, curves.TimeScale);
        prefill = curves.Attention.Prefill(curves.PrefillMultiplier, curves.SequenceMultiplier, curves.TimeScale);
        for (var granules = 0; granules < tokenMicros.Length; granules++)
        {
            tokenMicros[granules] = curves.TokenMicros(granules * TokenGranule);
        }

        for (var sequences = 0; sequences < sequenceMicros.Length; sequences++)
        {
            sequenceMicros[sequences] = SequenceMicros(sequences);
        }
    }

    /// <inheritdoc/>
    public TimeSpan Predict(in StepShape shape)
    {
        var attention = 0.0;
        if (shape.DecodeSequences > 0)
        {
            attention += decode.Micros(shape.DecodeSequences, shape.DecodeTokens);
        }

        if (shape.PrefillChunks > 0)
        {
            attention += prefill.Micros(shape);
        }

        // Kernels run on tiles: tokens round up to a multiple of 8.
        var granules = (shape.Tokens + TokenGranule - 1) / TokenGranule;
        var sequences = shape.Sequences;
        var perTokens = granules < tokenMicros.Length ? tokenMicros[granules] : curves.TokenMicros(granules * TokenGranule);
        var perSequences = sequences < sequenceMicros.Length ? sequenceMicros[sequences] : SequenceMicros(sequences);
        return StepDuration.FromMicros(perTokens + (curves.Layers * attention) + perSequences);
    }

    private double SequenceMicros(int sequences) => curves.LmHeadMicros(sequences) + overhead.Micros(sequences);
}
