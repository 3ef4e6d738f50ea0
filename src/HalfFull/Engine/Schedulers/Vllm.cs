using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.Victims;
using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// vLLM V1: first come, first served with chunked prefill in mixed batches; loses when short requests wait behind long ones and when
/// outputs outgrow memory, because it admits by what is known now and then recomputes whom it preempts.
/// </summary>
[Policy("vllm", "First come, first served with chunked prefill, as in vLLM V1; loses when short requests wait behind long prompts or outputs outgrow memory.")]
[Bundle("vllm@0.11", "full-gate=false", "vLLM 0.11 (V1) as its server starts on GPUs below 70 GiB and on A100; larger ones start with --token-budget 8192 --max-seqs 1024.", TokenBudget = 2048, MaxSequences = 256, BlockSize = 16)]
public sealed class Vllm(Vllm.Options options) : IEngineScheduler
{
    /// <inheritdoc/>
    public IVictimRule Victim { get; } = VictimRules.Create(options.Victim);

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan) =>
        RunThenAdmit.Plan(engine, plan, options.FullGate, options.Watermark, options.LongPrefill == 0 ? int.MaxValue : options.LongPrefill);

    /// <summary>Options, with the defaults that vLLM ships.</summary>
    public sealed record Options
    {
        /// <summary>Whether the whole known sequence must fit before it is admitted.</summary>
        [Option("Admit a request only when all its known tokens fit now, not just its first chunk (false: the older V1 rule).")]
        public bool FullGate { get; init; } = true;

        /// <summary>Share of KV blocks kept free by admissions.</summary>
        [Option("Share of the KV blocks that an admission must leave free while anything runs.")]
        [Range(0.0, 0.99)]
        public double Watermark { get; init; }

        /// <summary>Cap on one sequence's tokens per step.</summary>
        [Option("Most tokens of one prompt in a step; 0 means no cap.")]
        [Range(0, 1_000_000)]
        public int LongPrefill { get; init; }

        /// <summary>Who gives back blocks.</summary>
        [Option(VictimRules.Summary)]
        public VictimChoice Victim { get; init; } = VictimChoice.Newest;
    }
}
