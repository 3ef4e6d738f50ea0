using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

public sealed class SjfPromptTests
{
    [Fact]
    public void The_shortest_prompt_goes_first_and_equal_ones_in_order_of_arrival()
    {
        var engine = Start(Given.Limits(budget: 100));
        engine.Submit(Given.Request(id: 1, prompt: 90), output: 1);
        engine.Submit(Given.Request(id: 2, prompt: 20, arrival: 0), output: 1);
        engine.Submit(Given.Request(id: 3, prompt: 20, arrival: -1), output: 1);

        Assert.Equal("3:20 2:20 1:60", engine.Step());
    }

    [Fact]
    public void A_long_prompt_starves_while_shorter_ones_keep_coming()
    {
        var engine = Start(Given.Limits(budget: 100));
        engine.Submit(Given.Request(id: 1, prompt: 101), output: 1);
        for (var id = 2; id < 50; id++)
        {
            engine.Submit(Given.Request(id: id, prompt: 100, arrival: engine.Now.TotalSeconds), output: 1);
            Assert.Equal($"{id}:100", engine.Step());
        }
    }

    [Fact]
    public void What_runs_is_not_interrupted_by_a_shorter_one()
    {
        var engine = Start(Given.Limits(budget: 100));
        engine.Submit(Given.Request(id: 1, prompt: 250), output: 1);
        Assert.Equal("1:100", engine.Step());
        engine.Submit(Given.Request(id: 2, prompt: 10), output: 1);

        Assert.Equal("1:100", engine.Step());
        Assert.Equal("1:50 2:10", engine.Step());
    }

    [Fact]
    public void A_preempted_one_keeps_its_prompt_as_size()
    {
        var engine = Start(Given.Limits(blocks: 5));
        engine.Submit(Given.Request(id: 1, prompt: 32), output: 3);
        engine.Submit(Given.Request(id: 2, prompt: 33), output: 3);
        Assert.Equal("1:32 2:33", engine.Step());
        engine.Submit(Given.Request(id: 3, prompt: 34), output: 1);
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("1:1", engine.Step());
        Assert.StartsWith("2:34", engine.Step(), StringComparison.Ordinal);
    }

    private static Given.DrivenEngine Start(EngineLimits limits) => Given.Engine(static (_, _) => new SjfPrompt(new SjfPrompt.Options()), limits);
}
