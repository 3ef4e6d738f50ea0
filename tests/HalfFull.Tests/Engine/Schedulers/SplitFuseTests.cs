using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of Dynamic SplitFuse.</summary>
public sealed class SplitFuseTests
{
    [Fact]
    public void Cuts_prompts_so_that_steps_are_of_equal_size()
    {
        var engine = Start(options: new SplitFuse.Options { BatchTokens = 100 });
        engine.Submit(Given.Request(id: 1, prompt: 30), output: 4);
        engine.Submit(Given.Request(id: 2, prompt: 169), output: 2);

        Assert.Equal("1:30 2:70", engine.Step());
        Assert.Equal("1:1 2:99", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
    }

    [Fact]
    public void A_prompt_is_begun_only_with_room_for_all_of_it()
    {
        var engine = Start(Given.Limits(blocks: 5), new SplitFuse.Options { BatchTokens = 20 });
        engine.Submit(Given.Request(id: 1, prompt: 17), output: 20);
        engine.Submit(Given.Request(id: 2, prompt: 64), output: 1);

        Assert.Equal("1:17", engine.Step());
    }

    [Fact]
    public void A_decode_without_a_block_skips_the_step_and_others_go_on()
    {
        var engine = Start(Given.Limits(blocks: 4));
        engine.Submit(Given.Request(id: 1, prompt: 32), output: 9);
        engine.Submit(Given.Request(id: 2, prompt: 30), output: 2);

        Assert.Equal("1:32 2:30", engine.Step());

        // 1 needs a third block and there is none; 2 writes into its last one, finishes and gives two back.
        Assert.Equal("2:1", engine.Step());
        Assert.Equal("1:1", engine.Step());
        Assert.Equal(0, engine.Replica.Preemptions);
    }

    [Fact]
    public void When_nothing_can_go_on_everybody_is_reset()
    {
        var engine = Start(Given.Limits(blocks: 4));
        engine.Submit(Given.Request(id: 1, prompt: 31), output: 9);
        engine.Submit(Given.Request(id: 2, prompt: 31), output: 9);

        Assert.Equal("1:31 2:31", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
        Assert.Equal("1:33", engine.Step());
        Assert.Equal(2, engine.Replica.Preemptions);
        Assert.Equal("1:1", engine.Step());
        engine.RunToEnd();
        Assert.Equal([1L, 2L], engine.Records.Select(record => record.Id));
    }

    private static Given.DrivenEngine Start(EngineLimits? limits = null, SplitFuse.Options? options = null) =>
        Given.Engine((_, _) => new SplitFuse(options ?? new SplitFuse.Options()), limits ?? Given.Limits());
}
