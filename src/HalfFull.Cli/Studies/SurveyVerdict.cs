using System.Globalization;
using System.Text;
using HalfFull.Cli.Output;
using HalfFull.Metrics;

namespace HalfFull.Cli.Studies;

/// <summary>LARRY against the best that practice offers on each trace at each load, as a table that shows losses as plainly as wins.</summary>
internal static class SurveyVerdict
{
    private const string Larry = "larry";

    /// <summary>Families of policies that systems ship; the one that is best is taken anew for every figure, as nobody could who has to choose one.</summary>
    private static readonly string[] Practice = ["arrival", "reservation", "estimates"];

    private static readonly (string Label, int Row)[] Rows =
        [.. SurveyFamily.All.SelectMany(static family => family.Rows).Select(static (row, index) => (row.Label, index))];

    private static readonly (string Label, int Row)[] Rivals =
        [.. Rows.Take(SurveyFamily.All.Where(static family => Practice.Contains(family.Part, StringComparer.Ordinal)).Sum(static family => family.Rows.Count))];

    /// <summary>The table.</summary>
    public static string Table(IReadOnlyList<SurveyBlock> blocks)
    {
        var text = new StringBuilder("| `larry` on | mean TTFT | best of practice | ratio | p99 TTFT | best of practice | ratio | p99 TPOT over `vllm` | mean, p99 TTFT over `sjf-prompt` |\n")
            .Append("|---|--:|---|--:|--:|---|--:|--:|--:|\n");
        foreach (var block in blocks)
        {
            text.Append(Invariant($"| {block.Traffic.Workload.Name.Split('.')[0]} at {block.Load} | {Against(block, static entry => entry.TtftSeconds.Mean)} | {Against(block, static entry => entry.TtftSeconds.P99)} |"))
                .Append(Invariant($" {Over(block, SurveyFamily.Baseline, static entry => entry.TpotSeconds.P99)} |"))
                .Append(Invariant($" {Over(block, "sjf-prompt", static entry => entry.TtftSeconds.Mean)}, {Over(block, "sjf-prompt", static entry => entry.TtftSeconds.P99)} |\n"));
        }

        return text.ToString();
    }

    private static string Against(SurveyBlock block, Func<RunEntry, double> figure)
    {
        var own = Of(block, Larry, figure);
        var best = Rivals.MinBy(rival => figure(block.Results[rival.Row].Entry));
        return $"{Figures.Seconds(own)} | {best.Label} | {Bold(own / figure(block.Results[best.Row].Entry))}";
    }

    private static string Over(SurveyBlock block, string engine, Func<RunEntry, double> figure) => Bold(Of(block, Larry, figure) / Of(block, engine, figure));

    private static double Of(SurveyBlock block, string engine, Func<RunEntry, double> figure) =>
        figure(block.Results[Rows.First(row => string.Equals(row.Label, $"`{engine}`", StringComparison.Ordinal)).Row].Entry);

    /// <summary>A ratio; one that reads as a loss is set in bold.</summary>
    private static string Bold(double ratio) => ratio >= 1.005 ? $"**{Figures.Three(ratio)}**" : Figures.Three(ratio);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
