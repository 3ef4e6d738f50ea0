using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Victims;
using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// vLLM V0: a step either prefills whole prompts or decodes, and prefills whenever a waiting request fits. Decodes stall under
/// prompt load. Recompute only (V0 swapped groups of several sequences, which do not exist here). A prompt longer than the token budget, which V0 refused, is
/// computed here in prefill-only steps of its own.
/// </summary>
[Policy("vllm-v0", "Prefill first, whole prompts, steps never mixed, as in vLLM V0; early first tokens, but every new prompt stalls all decodes.")]
public sealed class VllmV0(VllmV0.Options options) : IEngineScheduler
{
    /// <inheritdoc/>
    public IVictimRule Victim { get; } = VictimRules.Create(options.Victim);

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        var prefills = false;
        foreach (var sequence in engine.Running)
        {
            prefills |= !sequence.IsDecoding && plan.TrySchedule(sequence);
        }

        prefills |= AdmitWholePrompts(engine, plan, prefills);
        if (prefills)
        {
            return;
        }

        foreach (var sequence in engine.Running)
        {
            plan.TrySchedule(sequence);
        }

        // Decoding takes blocks and gives none back: whoever did not fit now does not fit until somebody finishes.
        plan.HoldFor(int.MaxValue);
    }

    private bool AdmitWholePrompts(in EngineSnapshot engine, StepPlan plan, bool prefills)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0)
        {
            return false;
        }

        var kept = (int)(options.Watermark * engine.Limits.KvBlocks);
        var admitted = false;
        foreach (var sequence in engine.Waiting)
        {
            var whole = sequence.KnownTokens - plan.CachedTokens(sequence) <= plan.TokensLeft;
            if ((!whole && (prefills || admitted))
                || plan.BlocksToHold(sequence, sequence.KnownTokens) > plan.FreeBlocks - kept
                || !plan.TryAdmit(sequence, engine.Limits.BlocksFor(sequence.KnownTokens)))
            {
                break;
            }

            admitted = true;
        }

        return admitted;
    }

    /// <summary>Options, with the defaults of vLLM V0.</summary>
    public sealed record Options
    {
        /// <summary>Share of KV blocks kept free by admissions.</summary>
        [Option("Share of the KV blocks that an admission must leave free.")]
        [Range(0.0, 0.99)]
        public double Watermark { get; init; } = 0.01;

        /// <summary>Who gives back blocks.</summary>
        [Option(VictimRules.Summary)]
        public VictimChoice Victim { get; init; } = VictimChoice.Newest;
    }
}
