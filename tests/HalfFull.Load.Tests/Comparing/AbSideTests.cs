using HalfFull.Load.Comparing;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Metrics;

namespace HalfFull.Load.Tests.Comparing;

public sealed class AbSideTests
{
    [Fact]
    public void A_sides_throughput_is_that_of_its_blocks_without_the_waits_between_them()
    {
        // Two blocks of one second. Ten answers are served in the first, five in the second; the last request of the first times out after a minute.
        using var side = new AbSide(Slo.None, []);
        for (var i = 0; i < 10; i++)
        {
            side.Add(Given.Record(i), []);
        }

        side.Add(Given.Record(10, LoadOutcome.Failed, ErrorClass.Timeout, e2eMs: 60_000), []);
        side.EndBlock(TimeSpan.FromSeconds(1), new ServedWindow(TimeSpan.FromSeconds(1), 10, 50, 10), GeneratorUse.None);
        for (var i = 0; i < 5; i++)
        {
            side.Add(Given.Record(i), []);
        }

        side.EndBlock(TimeSpan.FromSeconds(1), new ServedWindow(TimeSpan.FromSeconds(1), 5, 25, 5), GeneratorUse.None);
        var summary = side.Build(new Rng(1));

        Assert.Equal((16L, 15L), (summary.Requests, summary.Completed));
        Assert.Equal((7.5, 37.5, 7.5), (summary.RequestsPerSecond, summary.OutputTokensPerSecond, summary.GoodputRequestsPerSecond));
        Assert.Equal(Given.Ms(60_100 + 40 + 250), summary.Makespan); // the second block begins when the last request of the first has ended
    }

    [Fact]
    public void A_side_that_was_never_played_is_empty()
    {
        using var side = new AbSide(Slo.None, []);
        Assert.Equal((0L, 0.0), (side.Build(new Rng(1)).Requests, side.Generator.CpuShare));
    }
}
