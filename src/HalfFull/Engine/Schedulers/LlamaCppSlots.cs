using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// The llama.cpp server (tools/server/server-context.cpp, b6000): a few fixed slots, requests beyond them deferred in order of arrival; a step takes one token of each
/// generating slot, then prompts, up to n_batch tokens. No preemption there: with a unified KV cache it purges idle slots, halves the batch and then fails; with a
/// cache split among slots a full slot ends its request. The core ends no request early, so here the newest is preempted instead. The choice of a slot by
/// similarity of prompts is not modelled: idle slots' prompts live in the common prefix cache, where every slot finds them.
/// </summary>
[Policy("llamacpp-slots", "A few fixed slots, first come, first served, as the llama.cpp server; simple and small, but the queue grows while memory for more slots lies idle.")]
[Bundle("llamacpp@b6000", "slots=1,unified=false", "llama.cpp server b6000 as it starts: one slot; most users start it with --parallel, here slots=N.", TokenBudget = 2048, MaxSequences = 256, BlockSize = 1)]
public sealed class LlamaCppSlots(LlamaCppSlots.Options options) : IEngineScheduler
{
    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        DecodesFirst.Decode(engine, plan);
        var unused = Math.Max(0, engine.Limits.TokenBudget - options.BatchTokens);
        DecodesFirst.Continue(engine, plan, unused);
        var refused = plan.HasPreempted ? null : Admit(engine, plan, unused);
        Refusal.HoldByChunk(plan, refused);
    }

    private Sequence? Admit(in EngineSnapshot engine, StepPlan plan, int unused)
    {
        var idle = options.Slots - engine.Running.Length;
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || idle <= 0)
        {
            return null;
        }

        var share = options.Unified ? 0 : Math.Max(1, engine.Limits.KvBlocks / options.Slots);
        foreach (var sequence in engine.Waiting)
        {
            if (idle-- == 0 || plan.TokensLeft <= unused)
            {
                return null;
            }

            if (!plan.TryAdmit(sequence, share, plan.TokensLeft - unused))
            {
                return sequence;
            }
        }

        return null;
    }

    /// <summary>Options, with the defaults of the llama.cpp server.</summary>
    public sealed record Options
    {
        /// <summary>Slots.</summary>
        [Option("Slots (--parallel): most sequences at a time; the engine's own limit applies too.")]
        [Range(1, 1_000_000)]
        public int Slots { get; init; } = 4;

        /// <summary>Tokens of a step.</summary>
        [Option("Most tokens in a step, decodes included (n_batch); the engine's token budget applies too.")]
        [Range(1, 1_000_000)]
        public int BatchTokens { get; init; } = 2048;

        /// <summary>Whether the slots share one KV cache.</summary>
        [Option("Slots share one KV cache (false: each takes its equal share when it is given a request; a request that outgrows it uses what others left).")]
        public bool Unified { get; init; } = true;
    }
}
