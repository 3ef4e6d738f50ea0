using System.Globalization;
using HalfFull.Load.Plans;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;

namespace HalfFull.Load.Documents;

/// <summary>Reasons to doubt the figures of a run.</summary>
public static class LoadWarnings
{
    private const double MostLatenessSeconds = 0.005;
    private const double MostPromptError = 0.1;

    /// <summary>Whether the generator itself was late to send, late to stamp or short of processors.</summary>
    public static bool IsOfGenerator(LoadSummary summary, GeneratorUse generator)
    {
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(generator);
        return summary.LatenessSeconds.P99 > MostLatenessSeconds || generator.DelaySeconds.P99 > MostLatenessSeconds || generator.IsCpuBound;
    }

    /// <summary>One sentence for each.</summary>
    public static IEnumerable<string> Of(LoadPlan plan, LoadSummary summary, GeneratorUse generator)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(generator);
        return All(plan, summary, generator);
    }

    private static IEnumerable<string> All(LoadPlan plan, LoadSummary summary, GeneratorUse generator)
    {
        if (summary.LatenessSeconds.P99 > MostLatenessSeconds)
        {
            yield return Text($"The generator was late: 1% of the requests went out more than {summary.LatenessSeconds.P99 * 1e3:0.0} ms after they were due; lower the rate or use a faster or quieter machine.");
        }

        if (generator.DelaySeconds.P99 > MostLatenessSeconds)
        {
            yield return Text($"The generator was slow to stamp responses: 1% of the messages that it sent to itself were stamped more than {generator.DelaySeconds.P99 * 1e3:0.0} ms late; by so much latencies may be too high.");
        }

        if (generator.IsCpuBound)
        {
            yield return Text($"The generator was CPU-bound: it used {100 * generator.CpuShare:0}% of {generator.Cores} processors.");
        }

        if (summary.Requests > 0 && summary.Failed + summary.Rejected > 0)
        {
            yield return Text($"{summary.Failed + summary.Rejected} of {summary.Requests} requests failed; latencies are of the others only.");
        }

        if (summary.Requests == 0 && summary.Excluded > 0)
        {
            yield return Text($"No request was scheduled in the measured window: all {summary.Excluded} are of the warm-up or cool-down.");
        }

        if (summary.ExcludedFailed > 0)
        {
            yield return Text($"{summary.ExcludedFailed} {Requests(summary.ExcludedFailed)} failed in the warm-up or cool-down.");
        }

        if (summary.WithoutToken > 0)
        {
            yield return Text($"{summary.WithoutToken} {(summary.WithoutToken == 1 ? "answer" : "answers")} had no text{(plan.Unary ? "." : " and so no time to first token.")}");
        }

        if (summary.PromptTokensAsked > 0 && Math.Abs(summary.PromptTokensCounted - summary.PromptTokensAsked) > MostPromptError * summary.PromptTokensAsked)
        {
            yield return Text($"The server counted {summary.PromptTokensCounted} prompt tokens where {summary.PromptTokensAsked} were asked for: {(plan.Turns == 1 ? "its tokenizer splits the words of the prompts differently" : "its tokenizer splits the words of the prompts differently, or what it answered (reasoning, say) is not what is sent back with the next turn")}.");
        }
    }

    private static string Requests(long count) => count == 1 ? "request" : "requests";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
