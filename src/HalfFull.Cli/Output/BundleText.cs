using HalfFull.Simulation;
using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Output;

/// <summary>What a bundle stood for in a run.</summary>
internal static class BundleText
{
    /// <summary>Such as <c>vllm@0.11 is vllm:full-gate=false; run with 2,048 tokens a step, …</c>; null when the engine is no bundle.</summary>
    public static string? Of(RunPlan plan) => PolicyCatalogs.Engines.BundleOf(plan.Engine) is { } bundle
        ? $"{bundle.Name} is {bundle.Spec}; run with {Figures.Count(plan.Fleet.Options.TokenBudget)} tokens a step, {Figures.Count(plan.Fleet.Options.MaxSequences)} sequences, blocks of {plan.Fleet.Options.BlockSize}"
        : null;
}
