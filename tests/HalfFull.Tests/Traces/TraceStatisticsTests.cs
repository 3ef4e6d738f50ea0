using HalfFull.Traces;

namespace HalfFull.Tests.Traces;

public sealed class TraceStatisticsTests
{
    [Fact]
    public void Small_figures_are_as_computed_by_hand()
    {
        var rows = new[]
        {
            new TraceRow(TimeSpan.Zero, 1, 10) { Tenant = "a", PrefixHashes = new long[] { 1, 2 }, PrefixUnitTokens = 1 },
            new TraceRow(TimeSpan.FromSeconds(1), 2, 20) { Tenant = "b", PrefixHashes = new long[] { 1, 3, 3 }, PrefixUnitTokens = 1 },
            new TraceRow(TimeSpan.FromSeconds(4), 9, 60) { Tenant = "a", Session = "s" },
        };
        var statistics = TraceStatistics.Of(rows);
        Assert.Equal(3, statistics.Rows);
        Assert.Equal(TimeSpan.FromSeconds(4), statistics.Span);
        Assert.Equal(0.5, statistics.RequestsPerSecond);
        Assert.Equal(0.5, statistics.ArrivalCv!.Value, 12);
        Assert.Equal(new LengthStatistics(4, 2, 9, 9, 9), statistics.PromptTokens);
        Assert.Equal(new LengthStatistics(30, 20, 60, 60, 60), statistics.OutputTokens);
        Assert.Equal(2, statistics.Tenants);
        Assert.Equal(1, statistics.Sessions);
        Assert.Equal(0.2, statistics.PrefixReuse);
    }

    [Fact]
    public void One_request_has_no_rate_and_no_burstiness()
    {
        var statistics = TraceStatistics.Of([new TraceRow(TimeSpan.Zero, 5, 6)]);
        Assert.Equal(0, statistics.RequestsPerSecond);
        Assert.Null(statistics.ArrivalCv);
        Assert.Null(statistics.PrefixReuse);
    }

    [SharedTheory]
    [InlineData("azure-2023-conv.csv.gz", 19_366, 3502, 1.1, 1155, 1020, 4142, 14_050, 211, 129, 601, 1000)]
    [InlineData("azure-2023-code.csv.gz", 8819, 3436, 13, 2048, 1469, 7436, 7437, 28, 13, 252, 1899)]
    [InlineData("mooncake-conversation.jsonl.gz", 12_031, 3537, 3.0, 12_035, 6909, 85_401, 126_195, 343, 350, 1120, 2000)]
    [InlineData("servegen-m-mid.csv.gz", 28_750, 3600, 1.5, 452, 237, 3676, 32_434, 67, 22, 572, 2760)]
    [InlineData("servegen-reasoning.csv.gz", 7156, 3600, 1.6, 1050, 119, 18_729, 44_295, 2968, 1980, 14_722, 26_415)]
    public void Public_traces_have_the_figures_that_are_published_with_them(
        string file, int rows, int seconds, double cv, int prompt, int promptP50, int promptP99, int promptMax, int output, int outputP50, int outputP99, int outputMax)
    {
        var statistics = TraceStatistics.Of(TraceFile.Open(SharedData.PathOf($"traces/{file}")).Rows());
        Assert.Equal(rows, statistics.Rows);
        Assert.Equal(seconds, Math.Round(statistics.Span.TotalSeconds));
        Assert.InRange(statistics.ArrivalCv!.Value, cv * 0.97, cv * 1.03);
        Check(statistics.PromptTokens, prompt, promptP50, promptP99, promptMax);
        Check(statistics.OutputTokens, output, outputP50, outputP99, outputMax);
    }

    [SharedFact("traces/mooncake-conversation.jsonl.gz")]
    public void Mooncake_reuses_36_6_percent_of_its_prefix_ids()
    {
        var statistics = TraceStatistics.Of(TraceFile.Open(SharedData.PathOf("traces/mooncake-conversation.jsonl.gz")).Rows());
        Assert.Equal(288_500, statistics.PrefixIds);
        Assert.Equal(0.366, statistics.PrefixReuse!.Value, 3);
    }

    [SharedTheory]
    [InlineData("servegen-m-mid.csv.gz", 25)]
    [InlineData("servegen-reasoning.csv.gz", 26)]
    public void Tenants_of_public_traces_are_counted(string file, int tenants) =>
        Assert.Equal(tenants, TraceStatistics.Of(TraceFile.Open(SharedData.PathOf($"traces/{file}")).Rows()).Tenants);

    // The published table interpolates percentiles; ours are lengths that occur.
    private static void Check(LengthStatistics lengths, int mean, int p50, int p99, int max)
    {
        Assert.Equal(mean, Math.Round(lengths.Mean));
        Assert.Equal(p50, lengths.P50);
        Assert.InRange(lengths.P99, p99, p99 * 1.02);
        Assert.Equal(max, lengths.Max);
    }
}
