namespace HalfFull.Engine.StepTime;

/// <summary>Where the coefficients of a step model come from.</summary>
public enum Provenance
{
    /// <summary>The linear layers were fitted to timings of this model on this GPU.</summary>
    Fitted,

    /// <summary>The linear layers were predicted by a roofline fitted to other models or GPUs: never quote them as measured.</summary>
    Predicted,
}
