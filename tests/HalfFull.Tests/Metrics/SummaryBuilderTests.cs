using HalfFull.Metrics;

namespace HalfFull.Tests.Metrics;

public sealed class SummaryBuilderTests
{
    [Fact]
    public void Summarises_a_small_run_as_worked_by_hand()
    {
        using var builder = new SummaryBuilder(Slo.Parse("ttft=2s"), new OneSecond());
        builder.Add(Given.Record(id: 0, arrival: 1, firstScheduled: 1, firstToken: 2, finish: 4, outputTokens: 5, preemptions: 2));
        builder.Add(Given.Record(id: 2, arrival: 2, finish: 2, outputTokens: 0, outcome: Outcome.Rejected));
        builder.Add(Given.Record(id: 1, arrival: 1.5, firstScheduled: 4, firstToken: 5.5, finish: 5.5, outputTokens: 1));
        builder.Add(Given.Record(id: 3, arrival: 3, firstScheduled: 4, firstToken: 5, finish: 11, outputTokens: 9, preemptions: 1, outcome: Outcome.Failed));
        var itl = new LogHistogram();
        itl.Add(200, 4);

        var summary = builder.Build(itl);

        Assert.Equal((4, 2, 1, 1, 3), (summary.Requests, summary.Completed, summary.Rejected, summary.Failed, summary.Preemptions));
        Assert.Equal(TimeSpan.FromSeconds(10), summary.Makespan);
        Assert.Equal(0.2, summary.RequestsPerSecond);
        Assert.Equal(0.6, summary.OutputTokensPerSecond);
        Assert.Equal(new Distribution(2.5, 1, 4, 4, 4), summary.TtftSeconds);
        Assert.Equal(new Distribution(0.5, 0.5, 0.5, 0.5, 0.5), summary.TpotSeconds);
        Assert.Equal(new Distribution(3.5, 3, 4, 4, 4), summary.E2ESeconds);
        Assert.Equal(new Distribution(1.25, 0, 2.5, 2.5, 2.5), summary.QueueSeconds);
        Assert.Equal(new Distribution(3.5, 3, 4, 4, 4), summary.Slowdown);
        Assert.Equal(new Distribution(0.00002, 0.00002, 0.00002, 0.00002, 0.00002), summary.ItlSeconds);
        Assert.Equal(0.25, summary.SloAttainment);
        Assert.Equal(0.1, summary.GoodputRequestsPerSecond);
    }

    [Fact]
    public void A_run_in_which_nothing_completed_divides_by_nothing()
    {
        using var builder = new SummaryBuilder(Slo.None, isolatedTime: null);
        builder.Add(Given.Record(arrival: 2, finish: 2, outputTokens: 0, outcome: Outcome.Rejected));

        var summary = builder.Build(new LogHistogram());

        Assert.Equal((1, 0), (summary.Requests, summary.Completed));
        Assert.Equal((0, 0, 0, 0), (summary.RequestsPerSecond, summary.OutputTokensPerSecond, summary.SloAttainment, summary.GoodputRequestsPerSecond));
        Assert.Equal(new Distribution(0, 0, 0, 0, 0), summary.TtftSeconds);
    }

    [Fact]
    public void No_records_give_no_figures()
    {
        using var builder = new SummaryBuilder(Slo.None, isolatedTime: null);

        Assert.Equal((0, TimeSpan.Zero), (builder.Build(new LogHistogram()).Requests, builder.Build(new LogHistogram()).Makespan));
    }

    [Fact]
    public void Spilling_to_disk_changes_no_figure()
    {
        Summary Run(int mostInMemory)
        {
            var rng = new Rng(9);
            using var builder = new SummaryBuilder(Slo.Parse("e2e=12s"), new OneSecond(), mostInMemory);
            for (var i = 0; i < 5_000; i++)
            {
                var (arrival, first) = (i * 0.01, (i * 0.01) + rng.NextExponential());
                builder.Add(Given.Record(i, arrival, arrival, first, first + (10 * rng.NextExponential()), 1 + rng.NextInt32(50)));
            }

            return builder.Build(new LogHistogram());
        }

        Assert.Equal(Run(SampleStore.DefaultMostInMemory), Run(mostInMemory: 64));
    }

    private sealed class OneSecond : IIsolatedTime
    {
        public TimeSpan Of(in RequestRecord request) => TimeSpan.FromSeconds(1);
    }
}
