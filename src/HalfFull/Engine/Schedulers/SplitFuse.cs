using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// Dynamic SplitFuse (DeepSpeed-MII, mii/batching/ragged_batching.py, schedule_requests): decodes first, then prompts in order, cut so that every step has
/// the same number of tokens. A prompt is begun, and continued, only while room for all the rest of it is free. A decode that needs a block when none is free
/// skips the step; when nothing can be scheduled at all, every request is reset and computed again.
/// </summary>
[Policy("splitfuse", "Steps of equal size from decodes and cut prompts, as in DeepSpeed-MII; even token times, but out of memory it stalls and then resets everybody.")]
public sealed class SplitFuse(SplitFuse.Options options) : IEngineScheduler
{
    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        var unused = Math.Max(0, engine.Limits.TokenBudget - options.BatchTokens);
        Decode(engine, plan, unused);
        if (Continue(engine, plan, unused))
        {
            Admit(engine, plan, unused);
        }

        if (plan.Scheduled.IsEmpty)
        {
            Reset(engine, plan);
        }

        // Decoding frees nothing: who skipped a step for want of a block, and who was refused, must wait until somebody finishes. The budget is
        // used in order of admission, so that it too falls to the same ones.
        plan.HoldFor(int.MaxValue);
    }

    private static void Decode(in EngineSnapshot engine, StepPlan plan, int unused)
    {
        foreach (var sequence in engine.Running)
        {
            if (sequence.IsDecoding && plan.TokensLeft > unused && plan.BlocksToComplete(sequence) <= plan.FreeBlocks)
            {
                plan.TrySchedule(sequence);
            }
        }
    }

    /// <summary>Continues partial prefills; false when one has not enough room for the rest of its prompt, which blocks those behind it.</summary>
    private static bool Continue(in EngineSnapshot engine, StepPlan plan, int unused)
    {
        foreach (var sequence in engine.Running)
        {
            if (sequence.IsDecoding || plan.TokensLeft <= unused)
            {
                continue;
            }

            if (plan.BlocksToComplete(sequence) > plan.FreeBlocks)
            {
                return false;
            }

            plan.TrySchedule(sequence, plan.TokensLeft - unused);
        }

        return true;
    }

    private void Admit(in EngineSnapshot engine, StepPlan plan, int unused)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || plan.TokensLeft <= unused)
        {
            return;
        }

        var runs = engine.Running.Length;
        foreach (var sequence in engine.Waiting)
        {
            if (plan.TokensLeft <= unused
                || runs >= options.Sequences
                || !WholePrompt.Fits(plan, sequence)
                || !plan.TryAdmit(sequence, tokens: plan.TokensLeft - unused))
            {
                return;
            }

            runs++;
        }
    }

    /// <summary>The deadlock breaker: all KV is given back, and the core begins again with the head of the queue.</summary>
    private static void Reset(in EngineSnapshot engine, StepPlan plan)
    {
        foreach (var sequence in engine.Running)
        {
            plan.Preempt(sequence);
        }
    }

    /// <summary>Options, with the defaults of DeepSpeed-MII.</summary>
    public sealed record Options
    {
        /// <summary>Tokens of a step.</summary>
        [Option("Most tokens in a step, decodes included (max_ragged_batch_size); the engine's token budget applies too.")]
        [Range(1, 1_000_000)]
        public int BatchTokens { get; init; } = 768;

        /// <summary>Sequences at a time.</summary>
        [Option("Most sequences at a time (max_ragged_sequence_count); the engine's own limit applies too.")]
        [Range(1, 1_000_000)]
        public int Sequences { get; init; } = 512;
    }
}
