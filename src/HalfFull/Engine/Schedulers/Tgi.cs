using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// Text Generation Inference 3 (backends/v3/src/queue.rs and backend.rs): a queue in order of arrival whose head takes the blocks of its prompt and its whole
/// output limit up front; the first that cannot have them blocks those behind it; nobody is preempted. With chunking, prompts join the decodes
/// within one token limit. Without, a new prefill step interrupts decoding only when it brings enough requests, or after so many decode
/// steps. The front door of 128 concurrent requests is not part of the scheduler.
/// </summary>
[Policy("tgi", "First come, first served, memory for prompt and whole output limit taken up front, as in TGI 3; never preempts, but under-uses memory when limits are generous.")]
[Bundle("tgi@3", "", "TGI 3 with chunked prefill; its front door lets 128 requests in, and the rest wait before it.", TokenBudget = 4096, MaxSequences = 128, BlockSize = 1)]
public sealed class Tgi(Tgi.Options options) : IEngineScheduler
{
    private int decodesSincePrefill;
    private bool prefills;

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        if (options.Chunking)
        {
            var unused = Math.Max(0, engine.Limits.TokenBudget - options.PrefillTokens);
            DecodesFirst.Decode(engine, plan);
            DecodesFirst.Continue(engine, plan, unused);
            Admit(engine, plan, unused);
            plan.HoldFor(int.MaxValue); // all blocks that anybody will ever take are taken: nothing changes until somebody finishes
            return;
        }

        prefills = DecodesFirst.Continue(engine, plan);
        prefills |= IsWorthAStep(engine, plan) && Admit(engine, plan, Math.Max(0, engine.Limits.TokenBudget - options.PrefillTokens));
        if (!prefills)
        {
            DecodesFirst.Decode(engine, plan);

            // As above, but that the gate opens by itself after a number of decode steps.
            var closed = options.WaitingSteps - decodesSincePrefill;
            plan.HoldFor(engine.Waiting.Count > 0 && closed > 0 ? closed : int.MaxValue);
        }
    }

    /// <inheritdoc/>
    public void StepDone(in StepReport step) => Count(1);

    /// <inheritdoc/>
    public void Advanced(int steps) => Count(steps);

    private void Count(int steps) => decodesSincePrefill = prefills ? 0 : (int)Math.Min((long)decodesSincePrefill + steps, options.WaitingSteps);

    /// <summary>Whether a prefill step may interrupt decoding: enough can be admitted at once, or decoding has gone on long enough.</summary>
    private bool IsWorthAStep(in EngineSnapshot engine, StepPlan plan)
    {
        var least = (int)(options.WaitingServedRatio * engine.Running.Length);
        return !prefills && (decodesSincePrefill >= options.WaitingSteps || (engine.Waiting.Count >= least && CountFitting(engine, plan, least) >= least));
    }

    private int CountFitting(in EngineSnapshot engine, StepPlan plan, int enough)
    {
        var free = plan.FreeBlocks;
        var tokens = Math.Min(options.PrefillTokens, plan.TokensLeft);
        var count = 0;
        if (enough == 0)
        {
            return 0;
        }

        foreach (var sequence in engine.Waiting)
        {
            free -= plan.BlocksToHold(sequence, sequence.PromptTokens + sequence.OutputLimit - 1);
            tokens -= sequence.KnownTokens - plan.CachedTokens(sequence);
            if (count == enough || count == plan.SeatsLeft || free < 0 || (tokens < 0 && count > 0))
            {
                break;
            }

            count++;
        }

        return count;
    }

    private bool Admit(in EngineSnapshot engine, StepPlan plan, int unused)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0)
        {
            return false;
        }

        var admitted = false;
        foreach (var sequence in engine.Waiting)
        {
            var left = plan.TokensLeft - unused;
            var fits = options.Chunking || !admitted || sequence.KnownTokens - plan.CachedTokens(sequence) <= left;
            if (left <= 0 || !fits || !plan.TryAdmit(sequence, CompletionReserve.Blocks(engine.Limits, sequence), left))
            {
                break;
            }

            admitted = true;
        }

        return admitted;
    }

    /// <summary>Options, with the defaults that TGI ships.</summary>
    public sealed record Options
    {
        /// <summary>Whether prompts are cut to fill the step of the decodes.</summary>
        [Option("Cut prompts and compute them beside decodes (false: prefill steps of their own, which interrupt decoding).")]
        public bool Chunking { get; init; } = true;

        /// <summary>Tokens of one prefill.</summary>
        [Option("Most tokens of a prefill (max_batch_prefill_tokens), with chunking those of the decodes included; the engine's token budget applies too.")]
        [Range(1, 1_000_000)]
        public int PrefillTokens { get; init; } = 4096;

        /// <summary>Requests that justify a prefill, as a share of those that run.</summary>
        [Option("Without chunking: admit at least this share of the running requests at once.")]
        [Range(0.0, 1000.0)]
        public double WaitingServedRatio { get; init; } = 0.3;

        /// <summary>Decode steps after which anybody is admitted.</summary>
        [Option("Without chunking: decode steps after which any waiting request may interrupt (max_waiting_tokens).")]
        [Range(0, 1_000_000)]
        public int WaitingSteps { get; init; } = 20;
    }
}
