using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of vLLM V0.</summary>
public sealed class VllmV0Tests
{
    [Fact]
    public void A_new_prompt_stalls_all_decodes()
    {
        var engine = Start(Given.Limits());
        engine.Submit(Given.Request(id: 1, prompt: 30), output: 3);
        Assert.Equal("1:30", engine.Step());
        engine.Submit(Given.Request(id: 2, prompt: 40), output: 3);
        Assert.Equal("2:40", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
        engine.Submit(Given.Request(id: 3, prompt: 50), output: 1);
        Assert.Equal("3:50", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
    }

    [Fact]
    public void Prompts_are_not_split_to_fill_the_budget()
    {
        var engine = Start(Given.Limits(budget: 100));
        engine.Submit(Given.Request(id: 1, prompt: 60), output: 1);
        engine.Submit(Given.Request(id: 2, prompt: 60), output: 1);
        engine.Submit(Given.Request(id: 3, prompt: 10), output: 1);

        Assert.Equal("1:60", engine.Step());
        Assert.Equal("2:60 3:10", engine.Step());
    }

    [Fact]
    public void A_prompt_longer_than_the_budget_has_prefill_steps_of_its_own()
    {
        var engine = Start(Given.Limits(budget: 100));
        engine.Submit(Given.Request(id: 1, prompt: 20), output: 3);
        engine.Submit(Given.Request(id: 2, prompt: 250), output: 1);

        Assert.Equal("1:20", engine.Step());
        Assert.Equal("2:100", engine.Step());
        Assert.Equal("2:100", engine.Step());
        Assert.Equal("2:50", engine.Step());
        Assert.Equal("1:1", engine.Step());
    }

    /// <summary>1% of 200 blocks are 2: beside 1's 100 blocks, 98 may be taken.</summary>
    [Theory]
    [InlineData(98 * 16, "2:1568")]
    [InlineData((98 * 16) + 1, "1:1")]
    public void An_admission_leaves_one_percent_free(int prompt, string expected)
    {
        var engine = Start(Given.Limits(blocks: 200));
        engine.Submit(Given.Request(id: 1, prompt: 1590), output: 3);
        engine.Step();
        engine.Submit(Given.Request(id: 2, prompt: prompt), output: 1);

        Assert.Equal(expected, engine.Step());
    }

    [Fact]
    public void A_prompt_that_leaves_less_than_that_runs_when_nothing_else_does()
    {
        var engine = Start(Given.Limits(blocks: 200, budget: 4096));
        engine.Submit(Given.Request(id: 1, prompt: 3200), output: 1);
        Assert.Equal("1:3200", engine.Step());
    }

    [Fact]
    public void A_decode_without_a_block_evicts_the_newest_which_comes_back_first()
    {
        var engine = Start(Given.Limits(blocks: 4), new VllmV0.Options { Watermark = 0 });
        engine.Submit(Given.Request(id: 1, prompt: 32), output: 3);
        engine.Submit(Given.Request(id: 2, prompt: 32), output: 3);
        engine.Step();
        engine.Submit(Given.Request(id: 3, prompt: 20), output: 1);

        Assert.Equal("1:1", engine.Step());
        Assert.Equal("1:1", engine.Step());

        // 2 has its 32 prompt tokens and one output to compute again: 3 blocks. 3 needs 2 and finds one.
        Assert.Equal("2:33", engine.Step());
    }

    private static Given.DrivenEngine Start(EngineLimits limits, VllmV0.Options? options = null) =>
        Given.Engine((_, _) => new VllmV0(options ?? new VllmV0.Options()), limits);
}
