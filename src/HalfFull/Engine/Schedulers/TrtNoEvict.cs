using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// TensorRT-LLM with GUARANTEED_NO_EVICT, its default (cpp/tensorrt_llm/batch_manager/capacityScheduler.cpp and microBatchScheduler.cpp, v1.0): a pending request is
/// admitted, first come, first served, when the blocks that it and all running ones need to completion fit, so that nobody is ever paused. Chunked context on,
/// first come, first served; EQUAL_PROGRESS is not offered. The last token of an output, for which TensorRT-LLM keeps room too, is not counted.
/// </summary>
[Policy("trt-no-evict", "Admits only who can run to its limit, as TensorRT-LLM's GUARANTEED_NO_EVICT; never preempts, but large or missing output limits leave memory idle.")]
[Bundle("trtllm@1.0", "", "TensorRT-LLM 1.0 with GUARANTEED_NO_EVICT, as trtllm-serve starts; prompts are cut here, which there is an option.", TokenBudget = 8192, MaxSequences = 2048, BlockSize = 32)]
public sealed class TrtNoEvict(TrtNoEvict.Options options, EngineLimits limits) : IEngineScheduler
{
    private readonly ContextChunk chunk = new("trt-no-evict", options.ChunkUnit, limits);
    private readonly CompletionReserve reserve = new();

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        DecodesFirst.Decode(engine, plan);
        chunk.Continue(engine, plan);
        if (engine.Waiting.Count > 0 && plan.SeatsLeft > 0 && plan.TokensLeft > 0)
        {
            Admit(engine, plan);
        }

        // A decode that takes a block had it promised, so what is free beyond the promises stays the same until somebody finishes.
        plan.HoldFor(int.MaxValue);
    }

    private void Admit(in EngineSnapshot engine, StepPlan plan)
    {
        reserve.Open(engine);
        foreach (var sequence in engine.Waiting)
        {
            if (options.ReusePrefix && PrefixInProgress.Covers(engine.Limits, plan, sequence))
            {
                continue;
            }

            var tokens = chunk.Of(sequence.KnownTokens - plan.CachedTokens(sequence), plan.TokensLeft);
            if (!reserve.Admits(engine.Limits, plan, sequence)
                || !plan.TryAdmit(sequence, engine.Limits.BlocksFor(sequence.KnownTokens), tokens))
            {
                return;
            }

            reserve.Count(engine.Limits, sequence);
        }
    }

    /// <summary>Options, with the defaults that TensorRT-LLM ships.</summary>
    public sealed record Options
    {
        /// <summary>Unit of chunks in tokens.</summary>
        [Option("Chunks but the last are a multiple of so many tokens; 0: of a KV block.")]
        [Range(0, 1_000_000)]
        public int ChunkUnit { get; init; }

        /// <summary>Whether who would compute a prefix that is being computed waits for it.</summary>
        [Option("Postpone a request while a running prefill computes the prefix that it needs next.")]
        public bool ReusePrefix { get; init; } = true;
    }
}
