namespace HalfFull.Engine.StepTime;

/// <summary>One row of the catalogue: a model on a number of GPUs.</summary>
public sealed class StepModelEntry
{
    internal StepModelEntry(Gpu gpu, ModelShape model, int tp, Provenance provenance, string curvesOf, StepCurves curves)
    {
        Gpu = gpu;
        Model = model;
        Tp = tp;
        Provenance = provenance;
        CurvesOf = curvesOf;
        KvCapacityTokens = model.KvCapacityTokens(gpu, tp);
        Curves = curves;
    }

    /// <summary>The GPU.</summary>
    public Gpu Gpu { get; }

    /// <summary>The model.</summary>
    public ModelShape Model { get; }

    /// <summary>GPUs that hold one replica (tensor parallelism).</summary>
    public int Tp { get; }

    /// <summary>Fitted or predicted.</summary>
    public Provenance Provenance { get; }

    /// <summary>Name of the model whose curves serve: another model of the same shape where this one has none of its own.</summary>
    public string CurvesOf { get; }

    /// <summary>Tokens of KV cache of one replica; 0 when the model does not fit.</summary>
    public long KvCapacityTokens { get; }

    /// <summary>The curves behind the model.</summary>
    internal StepCurves Curves { get; }

    /// <summary>Makes the step-time model; share the instance between replicas, it is immutable.</summary>
    public IStepTimeModel Create(OverheadProfile overhead)
    {
        ArgumentNullException.ThrowIfNull(overhead);
        return new CalibratedStepTime(Curves, overhead);
    }

    /// <summary>The curves under another name of the same shape.</summary>
    internal StepModelEntry For(ModelShape other) => new(Gpu, other, Tp, Provenance, CurvesOf, Curves);
}
