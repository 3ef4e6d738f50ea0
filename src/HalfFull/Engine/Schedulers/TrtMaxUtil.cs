using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.Victims;
using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// TensorRT-LLM with MAX_UTILIZATION (cpp/tensorrt_llm/batch_manager/capacityScheduler.cpp and microBatchScheduler.cpp, v1.0): a pending request is admitted when its
/// prompt fits now; when a running one cannot have the block of its next token, the last of the list, which is in order of arrival, is paused and computed
/// again later. Nobody is admitted in a step that paused somebody. Chunked context on, first come, first served; EQUAL_PROGRESS is not offered.
/// </summary>
[Policy("trt-max-util", "Admits whoever fits now and pauses the latest arrival when memory ends, as TensorRT-LLM's MAX_UTILIZATION; full batches, but it thrashes when outputs are long.")]
public sealed class TrtMaxUtil(TrtMaxUtil.Options options, EngineLimits limits) : IEngineScheduler
{
    private readonly ContextChunk chunk = new("trt-max-util", options.ChunkUnit, limits);

    /// <inheritdoc/>
    public IVictimRule Victim { get; } = VictimRules.Create(options.Victim);

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        DecodesFirst.Decode(engine, plan);
        chunk.Continue(engine, plan);
        if (!plan.HasPreempted && engine.Waiting.Count > 0 && plan.SeatsLeft > 0 && plan.TokensLeft > 0)
        {
            Admit(engine, plan);
        }

        // Decoding takes blocks and gives none back: whoever did not fit now does not fit until somebody finishes.
        plan.HoldFor(int.MaxValue);
    }

    private void Admit(in EngineSnapshot engine, StepPlan plan)
    {
        foreach (var sequence in engine.Waiting)
        {
            if (options.ReusePrefix && PrefixInProgress.Covers(engine.Limits, plan, sequence))
            {
                continue;
            }

            var tokens = chunk.Of(sequence.KnownTokens - plan.CachedTokens(sequence), plan.TokensLeft);
            if (!plan.TryAdmit(sequence, engine.Limits.BlocksFor(sequence.KnownTokens), tokens))
            {
                return;
            }
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

        /// <summary>Who gives back blocks.</summary>
        [Option(VictimRules.Summary)]
        public VictimChoice Victim { get; init; } = VictimChoice.LatestArrival;
    }
}
