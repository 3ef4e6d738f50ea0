using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of SLAI: steps take 10 ms, tokens are due 40 ms after the last one.</summary>
public sealed class SlaiTests
{
    /// <summary>A token emitted at 10 ms is due at 50: it may be put off while a step begun now and one more, 20 ms, end by then.</summary>
    [Fact]
    public void A_decode_is_put_off_to_the_last_moment_while_there_are_prompts()
    {
        var engine = Start(budget: 100);
        Submit(engine, 1, prompt: 10);
        engine.Step();
        Submit(engine, 2, prompt: 1000);
        Assert.Equal(["2:100", "2:100", "2:100", "1:1 2:99"], Enumerable.Range(0, 4).Select(_ => engine.Step()));
        Assert.Equal(["2:100", "2:100", "2:100", "1:1 2:99"], Enumerable.Range(0, 4).Select(_ => engine.Step()));
    }

    [Fact]
    public void Without_prompts_nothing_is_put_off()
    {
        var engine = Start(budget: 100);
        Submit(engine, 1, prompt: 10);
        Assert.Equal(["1:10", "1:1", "1:1"], Enumerable.Range(0, 3).Select(_ => engine.Step()));
    }

    [Fact]
    public void The_shortest_prompt_goes_first()
    {
        var engine = Start(budget: 100);
        Submit(engine, 1, prompt: 90);
        Submit(engine, 2, prompt: 20);
        Submit(engine, 3, prompt: 30);
        Assert.Equal("2:20 3:30 1:50", engine.Step());
    }

    [Fact]
    public void Above_the_share_of_memory_nobody_is_admitted_and_decodes_go_on()
    {
        var engine = Start(budget: 100, blocks: 10);
        Submit(engine, 1, prompt: 80);
        engine.Step();

        // 5 blocks of 10 are in use and one must stay free.
        Submit(engine, 2, prompt: 65);
        Assert.Equal("1:1", engine.Step());
        Submit(engine, 3, prompt: 48);
        Assert.Equal("3:48", engine.Step());
    }

    private static void Submit(Given.DrivenEngine engine, int id, int prompt) => engine.Submit(Given.Request(id: id, prompt: prompt), output: 100);

    private static Given.DrivenEngine Start(int budget, int blocks = 1000) =>
        Given.Engine(static (_, _) => new Slai(new Slai.Options { Tbt = TimeSpan.FromMilliseconds(40) }, Given.UnitStep), Given.Limits(budget: budget, blocks: blocks));
}
