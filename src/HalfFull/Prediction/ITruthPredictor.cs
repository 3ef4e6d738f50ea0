namespace HalfFull.Prediction;

/// <summary>A predictor that only a host which knows the true output lengths can run, a simulator: it is told the truth, and policies see what it makes of it.</summary>
public interface ITruthPredictor : ILengthPredictor
{
    /// <summary>Tells the truth about a request, before it is predicted.</summary>
    void Tell(in Job job);
}
