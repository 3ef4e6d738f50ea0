using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// Orca (Yu et al., OSDI 2022, algorithm 1; the re-implementation in vidur, orca_replica_scheduler.py): iteration-level batches in order of arrival, whole prompts in
/// the same step as decodes, and all KV that a request could ever need taken at admission, so that nobody is preempted. Orca sets no token budget: here a prompt
/// waits for a step in which it fits whole, and only one longer than what a step without other prompts leaves is cut.
/// </summary>
[Policy("orca", "First come, first served, whole prompts beside decodes, memory for the longest output taken up front, as in Orca; wastes memory when limits are generous.")]
public sealed class Orca(Orca.Options options) : IEngineScheduler
{
    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        DecodesFirst.Decode(engine, plan);
        var prefills = DecodesFirst.Continue(engine, plan);
        Admit(engine, plan, prefills);

        // Seats and blocks are given back only by who finishes: whoever was refused now is refused until then.
        plan.HoldFor(int.MaxValue);
    }

    private void Admit(in EngineSnapshot engine, StepPlan plan, bool prefills)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || plan.TokensLeft <= 0)
        {
            return;
        }

        var runs = engine.Running.Length;
        foreach (var sequence in engine.Waiting)
        {
            if (runs >= options.Batch
                || !WholePrompt.FitsStep(plan, sequence, prefills)
                || !plan.TryAdmit(sequence, Reserve(engine.Limits, sequence)))
            {
                return;
            }

            prefills = true;
            runs++;
        }
    }

    private int Reserve(EngineLimits limits, Sequence sequence)
    {
        var own = CompletionReserve.Blocks(limits, sequence);
        return options.MaxLength is { } length ? Math.Min(limits.KvBlocks, Math.Max(own, limits.BlocksFor(length))) : own;
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Largest batch.</summary>
        [Option("Most sequences in a step; the engine's own limit applies too.")]
        [Range(1, 1_000_000)]
        public int Batch { get; init; } = 128;

        /// <summary>Tokens for which memory is taken; null: the request's own prompt and limit.</summary>
        [Option("Tokens for which each request takes memory, as for a model's longest sequence (off: its own prompt and output limit).")]
        [Range(1, 10_000_000)]
        public int? MaxLength { get; init; }
    }
}
