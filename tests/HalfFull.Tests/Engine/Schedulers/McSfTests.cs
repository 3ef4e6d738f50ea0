using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of MC-SF. Blocks of one token.</summary>
public sealed class McSfTests
{
    [Fact]
    public void Admits_the_shortest_outputs_that_memory_holds_to_their_ends()
    {
        var engine = Start(blocks: 60);
        Submit(engine, 1, prompt: 10, output: 30);
        Submit(engine, 2, prompt: 10, output: 5);
        Submit(engine, 3, prompt: 10, output: 10);

        // When 2 ends all three would hold 3 * 10 + 3 * 5 = 45, when 3 ends 20 + 20 = 40, when 1 ends 40: they fit into 60.
        Assert.Equal("2:10 3:10 1:10", engine.Step());
    }

    [Fact]
    public void Stops_at_the_first_that_does_not_fit()
    {
        var engine = Start(blocks: 44);
        Submit(engine, 1, prompt: 10, output: 30);
        Submit(engine, 2, prompt: 10, output: 5);
        Submit(engine, 3, prompt: 10, output: 10);
        Submit(engine, 4, prompt: 1, output: 31);

        Assert.Equal("2:10 3:10", engine.Step());
    }

    [Fact]
    public void A_margin_is_kept_free()
    {
        var engine = Start(blocks: 60, margin: 0.3);
        Submit(engine, 1, prompt: 10, output: 30);
        Submit(engine, 2, prompt: 10, output: 5);
        Submit(engine, 3, prompt: 10, output: 10);

        Assert.Equal("2:10 3:10", engine.Step());
    }

    [Fact]
    public void Who_outgrows_its_prediction_costs_the_newest_its_place()
    {
        var engine = Start(blocks: 40);
        engine.Submit(Given.Request(id: 1, prompt: 10, predicted: 4), output: 25);
        engine.Submit(Given.Request(id: 2, prompt: 10, predicted: 9), output: 9);
        Assert.Equal("1:10 2:10", engine.Step());
        engine.RunToEnd();

        Assert.Equal(25, engine.Records.Single(record => record.Id == 1).OutputTokens);
    }

    private static void Submit(Given.DrivenEngine engine, long id, int prompt, int output) =>
        engine.Submit(Given.Request(id: id, prompt: prompt, predicted: output), output);

    private static Given.DrivenEngine Start(int blocks, double margin = 0) =>
        Given.Engine((_, _) => new McSf(new McSf.Options { Margin = margin }), Given.Limits(blocks: blocks, blockSize: 1));
}
