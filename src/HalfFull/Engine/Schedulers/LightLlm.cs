using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.Victims;
using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// LightLLM (lightllm/server/router/req_queue, v1.0): prefill steps of whole prompts go before decoding; the head of the queue, in order of arrival, is admitted when
/// the largest future footprint of all, were each to run to its estimated end, stays below capacity. The estimate is the output limit while the cache is
/// used by <c>router_token_ratio</c> or more (0: always), else max(1.1 × output so far, 1024). LightLLM keeps KV tokens singly; what blocks lose in
/// their last one is not counted here either. Its batch_max_tokens is the engine's token budget.
/// </summary>
[Policy("lightllm", "First come, first served by the future peak of KV use, prefill steps first, as LightLLM; few preemptions, but generous output limits hold the queue back.")]
[Bundle("lightllm@1.0", "", "LightLLM 1.0 as its server starts; its token limit per step depends on the model, and 8,192 is our choice.", TokenBudget = 8192, MaxSequences = 1000, BlockSize = 1)]
public sealed class LightLlm(LightLlm.Options options) : IEngineScheduler
{
    private int decodesSincePrefill;
    private bool prefills;

    /// <inheritdoc/>
    public IVictimRule Victim { get; } = VictimRules.Create(options.Victim);

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        var wait = options.Aggressive ? 0 : Math.Max(0, options.WaitSteps - decodesSincePrefill);
        prefills = DecodesFirst.Continue(engine, plan);
        var holds = wait > 0 && !engine.Running.IsEmpty ? wait : int.MaxValue;
        if (engine.Running.IsEmpty || wait == 0)
        {
            holds = Math.Min(holds, Admit(engine, plan));
        }

        if (!prefills)
        {
            DecodesFirst.Decode(engine, plan);
            plan.HoldFor(holds);
        }
    }

    /// <inheritdoc/>
    public void StepDone(in StepReport step) => Count(1);

    /// <inheritdoc/>
    public void Advanced(int steps) => Count(steps);

    private void Count(int steps) => decodesSincePrefill = prefills ? 0 : (int)Math.Min((long)decodesSincePrefill + steps, options.WaitSteps);

    /// <summary>Admits while the peak stays below capacity; returns for how many steps of pure decoding the refusal stands.</summary>
    private int Admit(in EngineSnapshot engine, StepPlan plan)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || plan.TokensLeft <= 0)
        {
            return int.MaxValue;
        }

        var limits = engine.Limits;
        var capacity = limits.KvCapacityTokens;
        var used = capacity - ((long)plan.FreeBlocks * limits.BlockSize);
        var busy = used >= options.RouterTokenRatio * capacity;
        foreach (var sequence in engine.Running)
        {
            plan.Peak.Add(OccupiedTokens.OfRunning(sequence), Remaining(sequence, busy));
        }

        var runs = engine.Running.Length;
        foreach (var sequence in engine.Waiting)
        {
            var whole = WholePrompt.FitsStep(plan, sequence, prefills);
            plan.Peak.Add(OccupiedTokens.OfWaiting(limits, plan, sequence), Remaining(sequence, busy));
            var excess = runs == 0 ? -1 : plan.Peak.Tokens() + plan.SharedTokens - capacity;
            if (!whole || runs >= options.MaxRunning || excess >= 0
                || !plan.TryAdmit(sequence, limits.BlocksFor(sequence.KnownTokens)))
            {
                return excess < 0 ? int.MaxValue : PeakGate.StepsRefused(excess, engine);
            }

            prefills = true;
            runs++;
        }

        return int.MaxValue;
    }

    private static int Remaining(Sequence sequence, bool busy)
    {
        var most = sequence.OutputLimit;
        var expected = busy ? most : (int)Math.Min(most, Math.Max(1.1 * sequence.OutputTokens, 1024));
        return expected - sequence.OutputTokens;
    }

    /// <summary>Options, with the defaults that LightLLM ships.</summary>
    public sealed record Options
    {
        /// <summary>Share of KV in use from which output limits are believed.</summary>
        [Option("Share of the KV cache in use from which the output limit is taken for the output length (router_token_ratio).")]
        [Range(0.0, 1.0)]
        public double RouterTokenRatio { get; init; }

        /// <summary>Sequences at a time.</summary>
        [Option("Most sequences at a time (running_max_req_size); the engine's own limit applies too.")]
        [Range(1, 1_000_000)]
        public int MaxRunning { get; init; } = 1000;

        /// <summary>Whether a prefill goes in at once.</summary>
        [Option("Prefill as soon as somebody can be admitted (false: after every wait-steps decode steps).")]
        public bool Aggressive { get; init; } = true;

        /// <summary>Decode steps between prefills when not aggressive.</summary>
        [Option("Decode steps between prefills when not aggressive.")]
        [Range(0, 1_000_000)]
        public int WaitSteps { get; init; } = 6;

        /// <summary>Who gives back blocks.</summary>
        [Option(VictimRules.Summary)]
        public VictimChoice Victim { get; init; } = VictimChoice.Newest;
    }
}
