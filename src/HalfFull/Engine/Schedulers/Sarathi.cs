using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Victims;
using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// Sarathi-Serve (Agrawal et al., OSDI 2024; sarathi_scheduler.py): all decodes, then partial prefills, then new prompts in order of arrival, within one
/// chunk of tokens. The whole prompt's blocks are taken at admission. Steady token times; the rigid decode priority costs first tokens in bursts.
/// </summary>
[Policy("sarathi", "Decodes first, then prefill chunks in order of arrival, as in Sarathi-Serve; steady token times, but bursts of prompts wait longer.")]
public sealed class Sarathi(Sarathi.Options options) : IEngineScheduler
{
    /// <inheritdoc/>
    public IVictimRule Victim { get; } = VictimRules.Create(options.Victim);

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        foreach (var sequence in engine.Running)
        {
            if (sequence.IsDecoding)
            {
                plan.TrySchedule(sequence);
            }
        }

        // What is left of the chunk after the decodes; the token budget of the engine still applies.
        var unused = Math.Max(0, engine.Limits.TokenBudget - options.Chunk);
        foreach (var sequence in engine.Running)
        {
            if (!sequence.IsDecoding && plan.TokensLeft > unused)
            {
                plan.TrySchedule(sequence, plan.TokensLeft - unused);
            }
        }

        if (!plan.HasPreempted)
        {
            Admit(engine, plan, unused);
        }

        // Decoding takes blocks and gives none back: whoever did not fit now does not fit until somebody finishes.
        plan.HoldFor(int.MaxValue);
    }

    private void Admit(in EngineSnapshot engine, StepPlan plan, int unused)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || plan.TokensLeft <= unused)
        {
            return;
        }

        var kept = (int)(options.Watermark * engine.Limits.KvBlocks);
        foreach (var sequence in engine.Waiting)
        {
            if (plan.TokensLeft <= unused
                || plan.BlocksToHold(sequence, sequence.KnownTokens) > plan.FreeBlocks - kept
                || !plan.TryAdmit(sequence, engine.Limits.BlocksFor(sequence.KnownTokens), plan.TokensLeft - unused))
            {
                return;
            }
        }
    }

    /// <summary>Options, with the defaults of Sarathi-Serve.</summary>
    public sealed record Options
    {
        /// <summary>Tokens of a step, decodes included.</summary>
        [Option("Most tokens in a step, decodes included; the engine's token budget applies too.")]
        [Range(1, 1_000_000)]
        public int Chunk { get; init; } = 512;

        /// <summary>Share of KV blocks kept free by admissions.</summary>
        [Option("Share of the KV blocks that an admission must leave free.")]
        [Range(0.0, 0.99)]
        public double Watermark { get; init; } = 0.01;

        /// <summary>Who gives back blocks.</summary>
        [Option(VictimRules.Summary)]
        public VictimChoice Victim { get; init; } = VictimChoice.Newest;
    }
}
