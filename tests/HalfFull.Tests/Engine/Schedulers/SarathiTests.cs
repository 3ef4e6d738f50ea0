using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of Sarathi-Serve.</summary>
public sealed class SarathiTests
{
    [Fact]
    public void Decodes_first_then_partial_prefills_then_new_prompts_within_one_chunk()
    {
        var engine = Start(Given.Limits(), chunk: 100);
        engine.Submit(Given.Request(id: 1, prompt: 40), output: 5);
        engine.Submit(Given.Request(id: 2, prompt: 150), output: 5);
        engine.Submit(Given.Request(id: 3, prompt: 30), output: 5);

        Assert.Equal("1:40 2:60", engine.Step());
        Assert.Equal("1:1 2:90 3:9", engine.Step());
        Assert.Equal("1:1 2:1 3:21", engine.Step());
        Assert.Equal("1:1 2:1 3:1", engine.Step());
    }

    [Fact]
    public void Decodes_run_even_when_they_exceed_the_chunk()
    {
        var engine = Start(Given.Limits(), chunk: 2);
        for (var id = 1; id <= 3; id++)
        {
            engine.Submit(Given.Request(id: id, prompt: 1), output: 10);
        }

        engine.Submit(Given.Request(id: 4, prompt: 5), output: 1);
        Assert.Equal("1:1 2:1", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
    }

    [Fact]
    public void The_budget_of_the_engine_applies_too()
    {
        var engine = Start(Given.Limits(budget: 50), chunk: 512);
        engine.Submit(Given.Request(id: 1, prompt: 80), output: 1);
        Assert.Equal("1:50", engine.Step());
    }

    /// <summary>1% of 200 blocks are 2. 1 takes 100 with its first chunk, for its whole prompt, so that 98 are left for 2, to the token.</summary>
    [Theory]
    [InlineData(98 * 16, "1:64 2:448")]
    [InlineData((98 * 16) + 1, "1:64")]
    public void The_whole_prompt_is_reserved_at_admission_and_one_percent_stays_free(int prompt, string expected)
    {
        var engine = Start(Given.Limits(blocks: 200), chunk: 512);
        engine.Submit(Given.Request(id: 1, prompt: 1600), output: 1);
        Assert.Equal("1:512", engine.Step());
        Assert.Equal(1600, engine.Replica.KvTokensInUse);
        engine.Step();
        engine.Step();
        engine.Submit(Given.Request(id: 2, prompt: prompt), output: 1);

        Assert.Equal(expected, engine.Step());
    }

    [Fact]
    public void The_head_of_the_queue_blocks_those_behind_it()
    {
        var engine = Start(Given.Limits(blocks: 10), chunk: 512);
        engine.Submit(Given.Request(id: 1, prompt: 80), output: 2);
        engine.Submit(Given.Request(id: 2, prompt: 112), output: 1);
        engine.Submit(Given.Request(id: 3, prompt: 10), output: 1);

        Assert.Equal("1:80", engine.Step());
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("2:112 3:10", engine.Step());
    }

    [Fact]
    public void Nobody_is_admitted_in_a_step_that_preempted()
    {
        var engine = Start(Given.Limits(blocks: 5), chunk: 512);
        engine.Submit(Given.Request(id: 1, prompt: 32), output: 5);
        engine.Submit(Given.Request(id: 2, prompt: 48), output: 5);
        engine.Step();
        engine.Submit(Given.Request(id: 3, prompt: 1), output: 1);

        Assert.Equal("1:1", engine.Step());
        Assert.Equal((2, 1L), (engine.Replica.Waiting, engine.Replica.Preemptions));
    }

    private static Given.DrivenEngine Start(EngineLimits limits, int chunk) =>
        Given.Engine((_, _) => new Sarathi(new Sarathi.Options { Chunk = chunk }), limits);
}
