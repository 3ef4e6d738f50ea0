using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Engine.Victims;

namespace HalfFull.Tests.Engine.Victims;

/// <summary>Five blocks; 1, 2 and 3 take four of them, then 1 needs a third: who pays?</summary>
public sealed class VictimRulesTests
{
    [Theory]
    [InlineData(VictimChoice.Newest, 2)]
    [InlineData(VictimChoice.LatestArrival, 3)]
    [InlineData(VictimChoice.FewestOutputs, 2)]
    [InlineData(VictimChoice.LeastRecompute, 3)]
    [InlineData(VictimChoice.LowestPriority, 3)]
    public void Each_rule_has_its_own_victim(VictimChoice choice, long victim)
    {
        var engine = Given.Engine((_, _) => new Vllm(new Vllm.Options { Victim = choice }), Given.Limits(blocks: 5));
        engine.Submit(Given.Request(id: 1, prompt: 31, arrival: 0) with { Priority = 2 }, output: 20);
        engine.Submit(Given.Request(id: 3, prompt: 7, arrival: 2) with { Priority = 0 }, output: 20);
        engine.Step();
        engine.Submit(Given.Request(id: 2, prompt: 20, arrival: 1) with { Priority = 1 }, output: 20);

        Assert.Equal("1:1 3:1 2:20", engine.Step());
        Assert.Equal(victim == 2 ? "1:1 3:1" : "1:1 2:1", engine.Step());
    }

    [Fact]
    public void Of_equally_few_outputs_the_longest_prompt_goes()
    {
        var engine = Given.Engine(static (_, _) => new Vllm(new Vllm.Options { Victim = VictimChoice.FewestOutputs }), Given.Limits(blocks: 5));
        engine.Submit(Given.Request(id: 1, prompt: 16), output: 20);
        engine.Submit(Given.Request(id: 2, prompt: 32), output: 20);
        engine.Submit(Given.Request(id: 3, prompt: 20), output: 20);

        Assert.Equal("1:16 2:32 3:20", engine.Step());
        Assert.Equal("1:1 3:1", engine.Step());
    }

    [Fact]
    public void Of_equal_priority_the_latest_arrival_goes_and_not_the_newest_admitted()
    {
        var rule = new LowestPriority();
        var engine = Given.Engine(static (_, _) => new Vllm(new Vllm.Options()));
        var early = engine.Submit(Given.Request(id: 1, arrival: 1));
        var late = engine.Submit(Given.Request(id: 2, arrival: 2));

        Assert.Equal(rule.Key(early), rule.Key(late));
        Assert.True(rule.Tie(late) < rule.Tie(early));
    }

    [Fact]
    public void Every_choice_has_a_rule() => Assert.All(Enum.GetValues<VictimChoice>(), static choice => Assert.NotNull(VictimRules.Create(choice)));
}
