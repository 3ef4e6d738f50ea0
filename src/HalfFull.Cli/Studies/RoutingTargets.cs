using System.Globalization;
using System.Text;
using HalfFull.Cli.Output;
using HalfFull.Metrics;

namespace HalfFull.Cli.Studies;

/// <summary>SAL against what it is meant to beat, in Markdown.</summary>
internal static class RoutingTargets
{
    private static readonly Func<RunEntry, double> MeanTtft = static entry => entry.TtftSeconds.Mean;
    private static readonly Func<RunEntry, double> P99Ttft = static entry => entry.TtftSeconds.P99;

    /// <summary>SAL over the baseline and over llm-d's scorers, with fresh views and with old ones.</summary>
    public static string AgainstOthers(RoutingResults results)
    {
        var columns = new List<(string Heading, Func<(string Trace, double Load), double> Of)>();
        foreach (var view in (RoutingView[])[RoutingView.Fresh, RoutingView.Old])
        {
            foreach (var row in (RoutingRow[])[RoutingRow.Baseline, RoutingRow.LlmD])
            {
                columns.Add(($"mean / {row.Label}, {view.Label}", place => Ratio(results, place, row, view, MeanTtft)));
                columns.Add(($"p99 / {row.Label}, {view.Label}", place => Ratio(results, place, row, view, P99Ttft)));
            }
        }

        return Table(results, columns, [("`sal` mean", MeanTtft), ("`sal` p99", P99Ttft)]);
    }

    /// <summary>p99 of SAL with old reports over its own with fresh views and as many gateways.</summary>
    public static string Staleness(RoutingResults results)
    {
        var columns = new List<(string Heading, Func<(string Trace, double Load), double> Of)>();
        foreach (var view in RoutingView.Targets.Where(static view => view.Milliseconds > 0))
        {
            columns.Add(($"{view.Label} / fresh, {view.Gateways} gw", place =>
                P99Ttft(results.Of(place, RoutingRow.Sal, view)) / P99Ttft(results.Of(place, RoutingRow.Sal, new RoutingView(0, view.Gateways)))));
        }

        return Table(results, columns, [("p99, fresh, 1 gw", P99Ttft)]);
    }

    private static double Ratio(RoutingResults results, (string Trace, double Load) place, RoutingRow row, RoutingView view, Func<RunEntry, double> figure) =>
        figure(results.Of(place, RoutingRow.Sal, view)) / figure(results.Of(place, row, view));

    private static string Table(
        RoutingResults results, List<(string Heading, Func<(string Trace, double Load), double> Of)> columns, (string Heading, Func<RunEntry, double> Of)[] seconds)
    {
        var text = new StringBuilder("| trace | load |");
        foreach (var heading in seconds.Select(static column => column.Heading).Concat(columns.Select(static column => column.Heading)))
        {
            text.Append(Invariant($" {heading} |"));
        }

        text.Append("\n|---|--:|").Append(string.Concat(Enumerable.Repeat("--:|", seconds.Length + columns.Count))).Append('\n');
        foreach (var place in results.Places)
        {
            text.Append(Invariant($"| {place.Trace} | {place.Load} |"));
            foreach (var (_, of) in seconds)
            {
                text.Append(Invariant($" {Figures.Seconds(of(results.Of(place, RoutingRow.Sal, RoutingView.Fresh)))} |"));
            }

            foreach (var (_, of) in columns)
            {
                text.Append(Invariant($" {of(place):0.000} |"));
            }

            text.Append('\n');
        }

        Append("geometric mean", RoutingResults.Mean);
        Append("worst", static ratios => ratios.Max());
        return text.ToString();

        void Append(string name, Func<IEnumerable<double>, double> sum)
        {
            text.Append(Invariant($"| **{name}** | |")).Append(string.Concat(Enumerable.Repeat(" |", seconds.Length)));
            foreach (var (_, of) in columns)
            {
                text.Append(Invariant($" **{sum(results.Places.Select(of)):0.000}** |"));
            }

            text.Append('\n');
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
