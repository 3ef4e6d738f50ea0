using HalfFull.Simulation.Workloads;
using HalfFull.Simulation.Workloads.Presets;
using HalfFull.Tests;
using HalfFull.Traces;

namespace HalfFull.Simulation.Tests.Workloads;

public sealed class PresetTests
{
    public static TheoryData<string> Names => [.. PresetCatalog.All.Select(preset => preset.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Equal_seeds_give_equal_rows_and_other_seeds_give_others(string name)
    {
        var preset = PresetCatalog.Find(name)!;
        Assert.Equal(Digest(preset, 7), Digest(preset, 7));
        Assert.NotEqual(Digest(preset, 7), Digest(preset, 8));
        Assert.Matches("^[0-9a-f]{64}$", preset.Sha256);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rows_start_at_zero_in_order_and_within_the_stated_bounds(string name)
    {
        var preset = PresetCatalog.Find(name)!;
        var rows = preset.Rows(3).Take(20_000).ToArray();
        Assert.Equal(TimeSpan.Zero, rows[0].Arrival);
        Assert.All(rows.Zip(rows.Skip(1)), pair => Assert.True(pair.First.Arrival <= pair.Second.Arrival));
        Assert.All(rows, row => Assert.InRange(row.PromptTokens, 1, preset.LongestPromptTokens));
        Assert.All(rows, row => Assert.InRange(row.OutputTokens, 1, preset.LongestOutputTokens));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_mean_rate_of_a_long_run_is_the_stated_one(string name)
    {
        // Code arrives in bursts (CV 13): 200,000 requests leave a standard error of 3%.
        var preset = PresetCatalog.Find(name)!;
        var extent = TraceExtent.Of(preset.Rows(1).Take(200_000));
        Assert.InRange(extent.RequestsPerSecond / preset.RequestsPerSecond, 0.92, 1.08);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_preset_is_opened_by_name_with_its_default_number_of_requests(string name)
    {
        var workload = WorkloadCatalog.Open(name, new WorkloadOptions { RequestsPerSecond = 24 });
        Assert.Equal(PresetCatalog.Find(name)!.DefaultRequests, workload.Requests);
        Assert.Equal(24, workload.RequestsPerSecond);
        Assert.True(workload.OutputLimit >= workload.LongestOutputTokens);
        Assert.Equal(workload.Requests, workload.Jobs().LongCount());
    }

    [Fact]
    public void Agent_sessions_share_growing_prefixes()
    {
        var turns = PresetCatalog.Find("agent-prefix")!.Rows(1).Take(5000).GroupBy(row => row.Session, StringComparer.Ordinal);
        var pairs = turns.SelectMany(session => session.Zip(session.Skip(1))).ToArray();
        Assert.NotEmpty(pairs);
        Assert.All(pairs, pair => Assert.True(pair.Second.PromptTokens > pair.First.PromptTokens + pair.First.OutputTokens));

        // Some turns edit the conversation; the others share every full unit of the last prompt.
        var whole = pairs.Count(pair => pair.First.PrefixHashes.Span.CommonPrefixLength(pair.Second.PrefixHashes.Span) >= pair.First.PromptTokens / 512);
        Assert.InRange(whole / (double)pairs.Length, 0.8, 0.92);
    }

    [Fact]
    public void Tenants_have_very_different_rates()
    {
        var counts = PresetCatalog.Find("multi-tenant")!.Rows(1).Take(30_000).CountBy(row => row.Tenant!, StringComparer.Ordinal).ToArray();
        Assert.InRange(counts.Length, 20, 25);
        Assert.True(counts.Max(pair => pair.Value) > 50 * counts.Min(pair => pair.Value));
    }

    [SharedTheory]
    [InlineData("chat", "azure-2023-conv.csv.gz")]
    [InlineData("code", "azure-2023-code.csv.gz")]
    [InlineData("agent-prefix", "mooncake-conversation.jsonl.gz")]
    [InlineData("multi-tenant", "servegen-m-mid.csv.gz")]
    [InlineData("reasoning", "servegen-reasoning.csv.gz")]
    public void A_preset_resembles_its_trace(string name, string file)
    {
        var trace = TraceStatistics.Of(TraceFile.Open(SharedData.PathOf($"traces/{file}")).Rows());
        var fitted = TraceStatistics.Of(PresetCatalog.Find(name)!.Rows(1).Take(100_000));
        Near(trace.PromptTokens, fitted.PromptTokens);
        Near(trace.OutputTokens, fitted.OutputTokens);
        Assert.InRange(fitted.ArrivalCv!.Value / trace.ArrivalCv!.Value, 0.85, 1.15);
        Assert.InRange(PresetCatalog.Find(name)!.RequestsPerSecond / trace.RequestsPerSecond, 0.99, 1.01);
        Assert.InRange((fitted.PrefixReuse ?? 0) - (trace.PrefixReuse ?? 0), -0.02, 0.02);
    }

    private static void Near(LengthStatistics trace, LengthStatistics fitted)
    {
        Assert.InRange(fitted.Mean / trace.Mean, 0.94, 1.06);
        Assert.InRange((fitted.P50 + 0.5) / (trace.P50 + 0.5), 0.95, 1.05);
        Assert.InRange(fitted.P90 / (double)trace.P90, 0.9, 1.1);
        Assert.InRange(fitted.P99 / (double)trace.P99, 0.88, 1.12);
    }

    private static int Digest(Preset preset, ulong seed)
    {
        var hash = default(HashCode);
        foreach (var row in preset.Rows(seed).Take(500))
        {
            hash.Add(row with { PrefixHashes = default });
            hash.Add(row.PrefixHashes.Length > 0 ? row.PrefixHashes.Span[^1] : 0);
        }

        return hash.ToHashCode();
    }
}
