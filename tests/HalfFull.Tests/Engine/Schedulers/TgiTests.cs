using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of TGI.</summary>
public sealed class TgiTests
{
    [Fact]
    public void Takes_the_memory_of_the_whole_limit_and_the_head_blocks()
    {
        var engine = Start(Given.Limits(blocks: 10));
        engine.Submit(Given.Request(id: 1, prompt: 16, max: 81), output: 2);
        engine.Submit(Given.Request(id: 2, prompt: 16, max: 65), output: 1);
        engine.Submit(Given.Request(id: 3, prompt: 16, max: 1), output: 1);

        Assert.Equal("1:16", engine.Step());
        Assert.Equal(96, engine.Replica.KvTokensInUse);
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("2:16 3:16", engine.Step());
    }

    [Fact]
    public void With_chunking_prompts_fill_the_step_of_the_decodes()
    {
        var engine = Start(options: new Tgi.Options { PrefillTokens = 50 });
        engine.Submit(Given.Request(id: 1, prompt: 30), output: 4);
        engine.Submit(Given.Request(id: 2, prompt: 80), output: 2);

        Assert.Equal("1:30 2:20", engine.Step());
        Assert.Equal("1:1 2:49", engine.Step());
        Assert.Equal("1:1 2:11", engine.Step());
    }

    [Fact]
    public void Without_chunking_a_prefill_interrupts_when_it_brings_enough()
    {
        var engine = StartFour();
        engine.Submit(Given.Request(id: 5, prompt: 10), output: 30);
        engine.Submit(Given.Request(id: 6, prompt: 10), output: 30);

        Assert.Equal("5:10 6:10", engine.Step());
    }

    [Fact]
    public void Without_chunking_too_few_wait_for_a_number_of_decode_steps()
    {
        var engine = StartFour();
        engine.Submit(Given.Request(id: 5, prompt: 10), output: 30);

        Assert.Equal("1:1 2:1 3:1 4:1", engine.Step());
        Assert.Equal("1:1 2:1 3:1 4:1", engine.Step());
        Assert.Equal("1:1 2:1 3:1 4:1", engine.Step());
        Assert.Equal("5:10", engine.Step());
    }

    private static Given.DrivenEngine StartFour()
    {
        var engine = Start(options: new Tgi.Options { Chunking = false, WaitingServedRatio = 0.5, WaitingSteps = 3 });
        for (var id = 1; id <= 4; id++)
        {
            engine.Submit(Given.Request(id: id, prompt: 10, max: 100), output: 30);
        }

        Assert.Equal("1:10 2:10 3:10 4:10", engine.Step());
        return engine;
    }

    private static Given.DrivenEngine Start(EngineLimits? limits = null, Tgi.Options? options = null) =>
        Given.Engine((_, _) => new Tgi(options ?? new Tgi.Options()), limits ?? Given.Limits());
}
