using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.Victims;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>Shortest prompt first in the step of vLLM V1; long prompts wait as long as shorter ones keep coming.</summary>
[Policy("sjf-prompt", "Shortest prompt first, otherwise as vLLM; best mean waiting time, but long prompts starve while shorter ones keep coming.")]
public sealed class SjfPrompt(SjfPrompt.Options options) : IEngineScheduler
{
    /// <inheritdoc/>
    public IQueueOrder Order { get; } = Ageing.Of(new SizeOrder(static entry => entry.Request.PromptTokens), options.Age, "sjf-prompt");

    /// <inheritdoc/>
    public IVictimRule Victim { get; } = VictimRules.Create(options.Victim);

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan) =>
        RunThenAdmit.Plan(engine, plan, options.FullGate, options.Watermark, int.MaxValue);

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Whether the whole known sequence must fit before it is admitted.</summary>
        [Option("Admit a request only when all its known tokens fit now, not just its first chunk.")]
        public bool FullGate { get; init; } = true;

        /// <summary>Share of KV blocks kept free by admissions.</summary>
        [Option("Share of the KV blocks that an admission must leave free while anything runs.")]
        [Range(0.0, 0.99)]
        public double Watermark { get; init; }

        /// <summary>Waiting time worth one token.</summary>
        [Option(Ageing.ByPrompt)]
        public TimeSpan? Age { get; init; }

        /// <summary>Who gives back blocks.</summary>
        [Option(VictimRules.Summary)]
        public VictimChoice Victim { get; init; } = VictimChoice.Newest;
    }
}
