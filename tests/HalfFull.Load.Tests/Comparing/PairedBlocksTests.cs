using HalfFull.Load.Comparing;
using HalfFull.Load.Documents;
using HalfFull.Load.Records;
using HalfFull.Metrics;

namespace HalfFull.Load.Tests.Comparing;

public sealed class PairedBlocksTests
{
    private static readonly PairedMetric Ttft = PairedMetric.All.Single(metric => string.Equals(metric.Name, "ttftMean", StringComparison.Ordinal));

    [Fact]
    public void What_disturbs_both_sides_alike_cancels()
    {
        // Blocks differ by a factor of ten, the servers by a tenth in each.
        var blocks = Blocks(pairs: 40, (pair, side) => (pair % 10 + 1) * (side == 0 ? 20 : 18));
        var ratio = blocks.Compare(Ttft, new Rng(1));
        Assert.Equal(0.9, ratio.Ratio, 9);
        Assert.InRange(ratio.High - ratio.Low, 0, 0.001);
        Assert.False(ratio.IsNoise);
        Assert.True(PairedBlocks.IsTight(ratio, 0.01));
    }

    [Fact]
    public void Equal_servers_are_not_told_apart()
    {
        var rng = new Rng(5);
        var ratio = Blocks(pairs: 60, (_, _) => 20 + (10 * rng.NextDouble())).Compare(Ttft, new Rng(1));
        Assert.True(ratio.IsNoise);
        Assert.InRange(ratio.Ratio, 0.9, 1.1);
    }

    [Fact]
    public void A_server_that_answers_nothing_is_not_infinitely_better()
    {
        var blocks = new PairedBlocks();
        for (var pair = 0; pair < 40; pair++)
        {
            blocks.Block(pair, 0).Add(Given.Record(0, ttftMs: 20, e2eMs: 40), []);
            blocks.Block(pair, 1).Add(Given.Record(0, LoadOutcome.Failed, HalfFull.Load.OpenAi.ErrorClass.Cut, ttftMs: 20), []);
        }

        var ratio = blocks.Compare(Ttft, new Rng(1));

        Assert.True(ratio.IsNoise);
        Assert.Equal(new RatioEntry(null, null, null), RatioEntry.Of(ratio));
        Assert.False(PairedBlocks.IsTight(ratio, 10));
        Assert.False(blocks.FailAlike);
    }

    [Fact]
    public void Few_pairs_tell_nothing()
    {
        var ratio = Blocks(pairs: PairedBlocks.FewestPairs - 1, (_, side) => side == 0 ? 20 : 18).Compare(Ttft, new Rng(1));
        Assert.False(PairedBlocks.IsTight(ratio, 10));
        Assert.True(ratio.IsNoise);
    }

    [Fact]
    public void Failures_are_not_compared()
    {
        var blocks = Blocks(pairs: 20, (_, _) => 20);
        blocks.Block(3, 1).Add(Given.Record(9, LoadOutcome.Failed, HalfFull.Load.OpenAi.ErrorClass.Cut, ttftMs: 90_000), []);
        Assert.Equal(1, blocks.Compare(Ttft, new Rng(1)).Ratio, 9);
    }

    [Fact]
    public void A_tight_interval_is_narrow_for_its_ratio()
    {
        Assert.True(PairedBlocks.IsTight(new RatioInterval(0.5, 0.48, 0.52), 0.05));
        Assert.False(PairedBlocks.IsTight(new RatioInterval(0.5, 0.46, 0.54), 0.05));
        Assert.False(PairedBlocks.IsTight(new RatioInterval(1, 0, double.PositiveInfinity), 0.05));
    }

    [Fact]
    public void Shares_of_failures_are_compared()
    {
        // Of ten requests in each block, one fails at the first server and two are refused by the second.
        var blocks = new PairedBlocks();
        for (var pair = 0; pair < 20; pair++)
        {
            for (var side = 0; side < 2; side++)
            {
                var sink = blocks.Block(pair, side);
                for (var i = 0; i < 10; i++)
                {
                    sink.Add(i > side ? Given.Record(0)
                        : side == 0 ? Given.Record(0, LoadOutcome.Failed, HalfFull.Load.OpenAi.ErrorClass.Cut)
                        : Given.Record(0, LoadOutcome.Rejected, HalfFull.Load.OpenAi.ErrorClass.Http429), []);
                }
            }
        }

        Assert.Equal(new RatioInterval(2, 2, 2), blocks.CompareFailures(new Rng(1)));
        Assert.False(blocks.FailAlike);
        Assert.Equal(1, Blocks(pairs: 20, (_, _) => 20).CompareFailures(new Rng(1)).Ratio);
    }

    private static PairedBlocks Blocks(int pairs, Func<int, int, double> ttftMs)
    {
        var blocks = new PairedBlocks();
        for (var pair = 0; pair < pairs; pair++)
        {
            for (var side = 0; side < 2; side++)
            {
                var sink = blocks.Block(pair, side);
                for (var i = 0; i < 5; i++)
                {
                    var ttft = ttftMs(pair, side);
                    sink.Add(Given.Record(0, ttftMs: ttft, e2eMs: 2 * ttft), []);
                }
            }
        }

        return blocks;
    }
}
