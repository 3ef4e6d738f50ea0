using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>How TensorRT-LLM cuts prompts (microBatchScheduler.cpp, FIRST_COME_FIRST_SERVED): the front is filled first, every chunk but the last is a multiple of a unit.</summary>
internal sealed class ContextChunk
{
    private readonly int unit;

    /// <summary>Cuts by <paramref name="unit"/> tokens; 0: the KV block, or the whole token budget where that is smaller.</summary>
    /// <exception cref="PolicyException">The unit exceeds the token budget, so that no chunk could ever be cut.</exception>
    internal ContextChunk(string policy, int unit, EngineLimits limits)
    {
        if (unit > limits.TokenBudget)
        {
            throw new PolicyException($"Option 'chunk-unit' of policy '{policy}' is {unit}, more than the token budget of {limits.TokenBudget}, so that no prompt could be cut; make it at most the budget.");
        }

        this.unit = unit == 0 ? Math.Min(limits.BlockSize, limits.TokenBudget) : unit;
    }

    /// <summary>Tokens to compute now of so many that remain; 0 when not even a unit is left of the budget.</summary>
    internal int Of(int remainingTokens, int tokensLeft) => remainingTokens <= tokensLeft ? remainingTokens : tokensLeft / unit * unit;

    /// <summary>Continues partial prefills in order of admission.</summary>
    internal void Continue(in EngineSnapshot engine, StepPlan plan)
    {
        foreach (var sequence in engine.Running)
        {
            if (!sequence.IsDecoding)
            {
                plan.TrySchedule(sequence, Of(sequence.RemainingTokens, plan.TokensLeft));
            }
        }
    }
}
