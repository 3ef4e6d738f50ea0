namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>
/// SGLang's guess of the share of its output limit that a running request will still use (new_token_ratio_tracker.py): it falls a little with every decode step,
/// because nothing went wrong, and jumps after a retraction to what the running requests have used.
/// </summary>
internal sealed class NewTokenRatio
{
    private const double Start = 0.7;
    private const double LeastShareOfStart = 0.14;
    private const int DecaySteps = 600;
    private const int StepsAfterRetraction = 20;
    private readonly double start;
    private readonly double least;
    private readonly double decay;

    /// <summary>Starts at 0.7 times the conservativeness, at most 1.</summary>
    internal NewTokenRatio(double conservativeness)
    {
        start = Math.Min(1, Start * conservativeness);
        least = start * LeastShareOfStart;
        decay = (start - least) / DecaySteps;
        Value = start;
    }

    /// <summary>The ratio now.</summary>
    internal double Value { get; private set; }

    /// <summary>The engine ran empty.</summary>
    internal void Reset() => Value = start;

    /// <summary>So many decode steps without a retraction, one after the other: rounding is that of single steps.</summary>
    internal void Decoded(int steps)
    {
        for (var i = 0; i < steps && Value > least; i++)
        {
            Value = Math.Max(Value - decay, least);
        }
    }

    /// <summary>Somebody was retracted; the others are left.</summary>
    internal void Retracted(ReadOnlySpan<Sequence> running)
    {
        var outputs = 0L;
        var limits = 0L;
        foreach (var sequence in running)
        {
            if (sequence.State == SequenceState.Running)
            {
                outputs += sequence.OutputTokens + StepsAfterRetraction;
                limits += sequence.OutputLimit;
            }
        }

        Value = Math.Min(1, outputs / (limits + 1.0));
    }
}
