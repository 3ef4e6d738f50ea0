namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>What a running sequence has done since the last look at it, for policies that charge it for its work in <see cref="ModelledTime"/>.</summary>
internal struct WorkDone
{
    private bool decodes;
    private int outputs;
    private int computed;

    /// <summary>It was admitted: what it does from now on counts.</summary>
    internal void Begin(Sequence sequence)
    {
        decodes = false;
        outputs = sequence.OutputTokens;
        computed = sequence.ComputedTokens;
    }

    /// <summary>Prompt tokens computed and decode steps taken since the last look.</summary>
    internal (int PrefillTokens, int DecodeSteps) Take(Sequence sequence, int computedTokens)
    {
        var done = decodes ? (0, sequence.OutputTokens - outputs) : (Math.Max(0, computedTokens - computed), 0);
        decodes = sequence.IsDecoding;
        outputs = sequence.OutputTokens;
        computed = computedTokens;
        return done;
    }
}
