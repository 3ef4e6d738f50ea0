using HalfFull.Metrics;
using HalfFull.Simulation.Runs;
using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>One run on the screen.</summary>
internal static class RunReport
{
    /// <summary>Prints it.</summary>
    public static void Write(IAnsiConsole screen, RunResult result)
    {
        var (plan, entry) = (result.Plan, result.Entry);
        screen.WriteLine();
        Lines(
            screen,
            ("traffic", TrafficText.Of(plan.Traffic)),
            ("fleet", $"{TrafficText.Of(plan.Fleet)} (simulated)"),
            ("routers see", Views(plan)),
            ("scenario", entry.Scenario),
            ("policies", $"engine {entry.Engine}, router {entry.Router}{(plan.Predictor.Describe() is { } predicted ? $", {predicted}" : string.Empty)}{(entry.PrefixView is null ? string.Empty : ", prefix hits by an index of what was sent")}"),
            ("decode", entry.DecodeEngine is null ? null : $"engine {entry.DecodeEngine}, router {entry.DecodeRouter}, {Figures.Count(entry.DecodeHeadroomTokens ?? 0)} tokens kept free for each sequence"),
            ("bundle", BundleText.Of(plan)),
            ("learned", entry.RouterLearned is not { } learned ? null : string.Join(", ", learned.Select(figure => $"{figure.Name} {Figures.Percent(figure.Value)}"))));
        Latencies(screen, entry);
        Lines(
            screen,
            ("requests", $"{Figures.Count(entry.Completed)} completed, {Figures.Count(entry.Rejected)} rejected, {Figures.Count(entry.Failed)} failed"),
            ("refused", result.FirstRefusal),
            ("throughput", $"{Figures.Three(entry.RequestsPerSecond)} requests/s, {Figures.Three(entry.OutputTokensPerSecond)} output tokens/s over {Figures.Seconds(entry.MakespanSeconds)}"),
            ("SLO", plan.Slo == Slo.None ? null : $"{plan.Slo} met by {Figures.Percent(entry.SloAttainment)}, goodput {Figures.Three(entry.GoodputRequestsPerSecond)} requests/s"),
            ("replicas", $"KV in use {Figures.Percent(entry.KvUsageMean)}, imbalance {Figures.Three(entry.Imbalance)}"),
            ("KV moved", Handovers(entry)),
            ("autoscale", entry.Scaling is { } scaling ? $"{entry.Autoscale}: {ScalingText.Of(scaling)}" : null),
            ("migrations", entry.Migrations is { } moves ? $"{entry.Migrate}: {MigrationText.Of(moves)}" : null),
            ("preemptions", $"{Figures.Count(entry.Preemptions)}, {Figures.Count(entry.RecomputedTokens)} tokens recomputed"));
        screen.WriteLine();
        Lines(
            screen,
            [.. TrafficText.StepModels(plan.Fleet).Select(text => ("model", (string?)text)),
            ("limits", $"{Figures.Count(plan.Fleet.Options.TokenBudget)} tokens and {Figures.Count(plan.Fleet.Options.MaxSequences)} sequences a step, outputs of at most {Figures.Count(plan.Traffic.Workload.OutputLimit)} tokens"),
            ("trace", $"sha256 {plan.Traffic.Workload.Sha256}"),
            ("run", $"seed {plan.Seed}, decision hash {entry.DecisionHash}, {Figures.Count(entry.Steps)} steps"),
            ("speed", $"{Figures.Seconds(entry.WallSeconds)}, {Figures.Three(entry.SimulatedRequestsPerSecond)} requests/s simulated")]);
        screen.WriteLine();
    }

    private static string? Views(RunPlan plan)
    {
        string?[] parts =
        [
            plan.SnapshotAge > TimeSpan.Zero ? $"reports taken every {Duration.Format(plan.SnapshotAge)}" : null,
            plan.Gateways > 1 ? $"the traffic of their own gateway, one of {Figures.Count(plan.Gateways)}" : null,
        ];
        return parts is [null, null] ? null : string.Join(", ", parts.OfType<string>());
    }

    private static string? Handovers(RunEntry entry) => entry.Handovers is not { } moved
        ? null
        : $"{Figures.Count(moved.Count)} times, {Figures.Count(moved.Tokens)} tokens at {Bandwidth.Format(entry.KvBytesPerSecond!.Value)}: "
            + $"waited {Figures.Seconds(moved.WaitSeconds.Mean)} (p99 {Figures.Seconds(moved.WaitSeconds.P99)}), took {Figures.Seconds(moved.CopySeconds.Mean)} (p99 {Figures.Seconds(moved.CopySeconds.P99)})";

    private static void Latencies(IAnsiConsole screen, RunEntry entry)
    {
        var table = PlainTable.Of("", "mean", "p50", "p90", "p99", "max");
        Add("time to first token (TTFT)", entry.TtftSeconds, Figures.Seconds);
        Add("time per output token (TPOT)", entry.TpotSeconds, Figures.Seconds);
        Add("gap between tokens (ITL)", entry.ItlSeconds, Figures.Seconds);
        Add("end to end (E2E)", entry.E2ESeconds, Figures.Seconds);
        Add("queue time", entry.QueueSeconds, Figures.Seconds);
        Add("slowdown (E2E / alone)", entry.Slowdown, Figures.Three);
        screen.Write(table);

        void Add(string title, Distribution of, Func<double, string> spell) =>
            table.AddRow(title, spell(of.Mean), spell(of.P50), spell(of.P90), spell(of.P99), spell(of.Max));
    }

    private static void Lines(IAnsiConsole screen, params ReadOnlySpan<(string Name, string? Text)> lines)
    {
        foreach (var (name, text) in lines)
        {
            if (text is not null)
            {
                screen.MarkupLineInterpolated($" [dim]{name,-12}[/] {text}");
            }
        }
    }
}
