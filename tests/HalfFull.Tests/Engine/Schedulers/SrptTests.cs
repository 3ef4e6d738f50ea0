using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of SRPT with exact predictions.</summary>
public sealed class SrptTests
{
    [Fact]
    public void Least_remaining_output_goes_first()
    {
        var engine = Start(Given.Limits(seats: 1));
        Submit(engine, id: 1, prompt: 10, output: 3);
        Submit(engine, id: 2, prompt: 500, output: 2);
        Submit(engine, id: 3, prompt: 10, output: 4);
        engine.RunToEnd();

        Assert.Equal([2L, 1L, 3L], engine.Records.Select(record => record.Id));
        Assert.Equal(0, engine.Replica.Preemptions);
    }

    /// <summary>A seat is displaced when the other has more left by more than the one step that its recomputation takes.</summary>
    [Theory]
    [InlineData(9, "1:1")]
    [InlineData(8, "2:10")]
    public void A_shorter_newcomer_displaces_a_longer_one_if_it_gains_more_than_the_recomputation(int output, string expected)
    {
        var engine = Start(Given.Limits(seats: 1));
        Submit(engine, id: 1, prompt: 10, output: 11);
        engine.Step();
        Submit(engine, id: 2, prompt: 10, output: output);

        Assert.Equal(expected, engine.Step());
    }

    /// <summary>Its 301 tokens take 4 steps of 100 to compute again.</summary>
    [Theory]
    [InlineData(95, "1:1")]
    [InlineData(94, "2:10")]
    public void A_long_recomputation_protects(int output, string expected)
    {
        var engine = Start(Given.Limits(seats: 1, budget: 100));
        Submit(engine, id: 1, prompt: 300, output: 101);
        for (var i = 0; i < 4; i++)
        {
            engine.Step();
        }

        // It has emitted two of its 101 tokens.
        Submit(engine, id: 2, prompt: 10, output: output);
        Assert.Equal(expected, engine.Step());
    }

    [Fact]
    public void Those_with_most_left_give_way_and_no_more_of_them_than_needed()
    {
        var engine = Start(Given.Limits(blocks: 8));
        Submit(engine, id: 1, prompt: 20, output: 12);
        Submit(engine, id: 2, prompt: 20, output: 11);
        Submit(engine, id: 3, prompt: 20, output: 10);
        Assert.Equal("3:20 2:20 1:20", engine.Step());
        Submit(engine, id: 4, prompt: 60, output: 1);

        // 4 needs 4 blocks and finds 2: the two of 1 are enough.
        Assert.Equal("3:1 2:1 4:60", engine.Step());
        Assert.Equal(1, engine.Replica.Preemptions);
    }

    [Fact]
    public void Nobody_gives_way_when_that_would_not_be_enough()
    {
        var engine = Start(Given.Limits(blocks: 8));
        Submit(engine, id: 1, prompt: 20, output: 12);
        Submit(engine, id: 2, prompt: 60, output: 3);
        engine.Step();

        // 7 blocks are needed, 2 free, 2 to be had from 1; 2 has hardly more left than the newcomer.
        Submit(engine, id: 3, prompt: 110, output: 1);
        Assert.Equal("2:1 1:1", engine.Step());
        Assert.Equal(0, engine.Replica.Preemptions);
    }

    /// <summary>1 holds a prefix of 4 blocks that the newcomer shares: taking it away from 1 frees nothing for the newcomer, who would take it over.</summary>
    [Fact]
    public void A_prefix_that_the_newcomer_shares_is_no_room_for_it()
    {
        var engine = Start(Given.Limits(blocks: 8));
        Submit(engine, id: 1, prompt: 65, output: 12, hashes: [1]);
        Submit(engine, id: 2, prompt: 20, output: 2);
        engine.Step();
        Assert.Equal(1, engine.Replica.Plan.FreeBlocks);

        // 3 needs 7 blocks: 4 shared, and 3 more, of which one is free and one would come from 1. 2 is nearly done.
        Submit(engine, id: 3, prompt: 110, output: 1, hashes: [1]);
        Assert.Equal("2:1 1:1", engine.Step());
        Assert.Equal(0, engine.Replica.Preemptions);
    }

    [Fact]
    public void A_prediction_that_was_too_short_counts_as_one_token_left()
    {
        Assert.Equal(1, Srpt.Remaining(Given.Request(predicted: 5), 5));
        Assert.Equal(1, Srpt.Remaining(Given.Request(predicted: 5), 50));
        Assert.Equal(3, Srpt.Remaining(Given.Request(predicted: 5), 2));
        Assert.Equal(998, Srpt.Remaining(Given.Request(max: 1000), 2));
    }

    [Fact]
    public void When_memory_runs_out_the_one_with_most_left_goes()
    {
        var engine = Start(Given.Limits(blocks: 4));
        Submit(engine, id: 1, prompt: 32, output: 30);
        Assert.Equal("1:32", engine.Step());
        Submit(engine, id: 2, prompt: 16, output: 20);
        Assert.Equal("1:1 2:16", engine.Step());

        // All 4 blocks are full when 2 needs its second: 1, although admitted first, has more left.
        Assert.Equal("2:1", engine.Step());
        Assert.Equal((1, 1L), (engine.Replica.Waiting, engine.Replica.Preemptions));
    }

    private static void Submit(Given.DrivenEngine engine, int id, int prompt, int output, long[]? hashes = null) =>
        engine.Submit(Given.Request(id: id, prompt: prompt, max: output, predicted: output, hashes: hashes, unit: 64), output);

    private static Given.DrivenEngine Start(EngineLimits limits) => Given.Engine(static (_, _) => new Srpt(new Srpt.Options()), limits);
}
