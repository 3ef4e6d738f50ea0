namespace HalfFull.Prediction;

/// <summary>Predicts nothing: policies take the output limit for the length.</summary>
public sealed class NoPredictor : ILengthPredictor
{
    /// <summary>The one instance that is needed: it has no state.</summary>
    public static NoPredictor Instance { get; } = new();

    /// <inheritdoc/>
    public int? Predict(Request request) => null;
}
