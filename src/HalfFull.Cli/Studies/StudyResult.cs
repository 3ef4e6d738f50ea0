using HalfFull.Metrics;
using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Studies;

/// <summary>What one run of a study did; without samples, of which hundreds of runs would have too many.</summary>
/// <param name="Plan">What was run.</param>
/// <param name="Entry">Its figures.</param>
/// <param name="NeededTokens">Tokens that had to be computed once: prompts without cached prefixes, and outputs.</param>
internal sealed record StudyResult(RunPlan Plan, RunEntry Entry, long NeededTokens)
{
    /// <summary>Tokens computed again after preemptions, as a share of all tokens computed.</summary>
    public double RecomputedShare => Entry.RecomputedTokens == 0 ? 0 : (double)Entry.RecomputedTokens / (NeededTokens + Entry.RecomputedTokens);
}
