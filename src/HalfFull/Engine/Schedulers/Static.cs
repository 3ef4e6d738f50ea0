using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// Static batching, as FasterTransformer did (vidur, faster_transformer_replica_scheduler.py) and TensorRT-LLM's STATIC_BATCH does: a batch is formed of who waits
/// when the engine is idle, and runs until all its members have finished. Memory for every member's longest output is taken up front. That members which have
/// finished keep their memory and are computed as padding is not modelled: nobody could use that memory before the batch ends.
/// </summary>
[Policy("static", "A new batch only when the last one has finished altogether, as in FasterTransformer; the shortest member waits for the longest.")]
public sealed class Static(Static.Options options) : IEngineScheduler
{
    private int places;

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        if (engine.Running.IsEmpty)
        {
            places = Math.Min(options.Batch, engine.Waiting.Count);
        }

        // Prompts beyond one step's budget are computed in further steps before anybody decodes.
        var prefills = DecodesFirst.Continue(engine, plan);
        prefills |= Form(engine, plan);
        if (!prefills)
        {
            DecodesFirst.Decode(engine, plan);
        }

        plan.HoldFor(int.MaxValue);
    }

    /// <summary>Admits members until the batch is complete.</summary>
    private bool Form(in EngineSnapshot engine, StepPlan plan)
    {
        if (places == 0 || plan.TokensLeft <= 0)
        {
            return false;
        }

        var before = places;
        foreach (var sequence in engine.Waiting)
        {
            if (places == 0 || plan.TokensLeft <= 0)
            {
                return before > places;
            }

            if (!plan.TryAdmit(sequence, CompletionReserve.Blocks(engine.Limits, sequence)))
            {
                break;
            }

            places--;
        }

        // No memory or no seat for more, or nobody waits any more: the batch is complete.
        var admitted = before > places;
        places = 0;
        return admitted;
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Largest batch.</summary>
        [Option("Most requests in a batch; the engine's own limit applies too.")]
        [Range(1, 1_000_000)]
        public int Batch { get; init; } = 128;
    }
}
