namespace HalfFull.Engine.StepTime;

/// <summary>All that one (GPU, model, tensor-parallel degree) needs for the formulas, in microseconds per layer and GPU.</summary>
/// <param name="Layers">Transformer layers.</param>
/// <param name="Linear">GEMMs and element-wise work of a layer, by tokens.</param>
/// <param name="AllReduce">One all-reduce, by bytes; null on a single GPU.</param>
/// <param name="AllReduceBytesPerToken">Bytes that an all-reduce moves per token: hidden size times 2.</param>
/// <param name="LmHead">The LM head, once per step, by sequences; null when it is not counted.</param>
/// <param name="Attention">Attention kernels of a layer.</param>
/// <param name="SequenceMultiplier">Kernel sequences that one sequence stands for; also multiplies the prefill context term.</param>
/// <param name="PrefillMultiplier">Multiplies the prefill terms in new tokens.</param>
/// <param name="TimeScale">Factor on attention times.</param>
internal sealed record StepCurves(
    int Layers,
    PiecewiseLine Linear,
    PiecewiseLine? AllReduce,
    double AllReduceBytesPerToken,
    PiecewiseLine? LmHead,
    AttentionCurves Attention,
    double SequenceMultiplier,
    double PrefillMultiplier,
    double TimeScale)
{
    /// <summary>Tensor parallelism reduces once after attention and once after the MLP.</summary>
    private const int AllReducesPerLayer = 2;

    /// <summary>What depends on the number of tokens alone, all layers together.</summary>
    public double TokenMicros(int tokens)
    {
        var reduce = AllReduce is null ? 0 : AllReducesPerLayer * AllReduce.At(tokens * AllReduceBytesPerToken);
        return Layers * (Linear.At(tokens) + reduce);
    }

    /// <summary>The LM head for the given number of sequences.</summary>
    public double LmHeadMicros(int sequences) => LmHead?.At(sequences) ?? 0;
}
