using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of the llama.cpp server.</summary>
public sealed class LlamaCppSlotsTests
{
    [Fact]
    public void Defers_what_finds_no_slot()
    {
        var engine = Start(options: new LlamaCppSlots.Options { Slots = 2 });
        engine.Submit(Given.Request(id: 1, prompt: 10), output: 2);
        engine.Submit(Given.Request(id: 2, prompt: 10), output: 3);
        engine.Submit(Given.Request(id: 3, prompt: 10), output: 1);

        Assert.Equal("1:10 2:10", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
        Assert.Equal("2:1 3:10", engine.Step());
    }

    [Fact]
    public void A_step_takes_generating_slots_first_and_then_prompts_up_to_the_batch()
    {
        var engine = Start(options: new LlamaCppSlots.Options { BatchTokens = 50 });
        engine.Submit(Given.Request(id: 1, prompt: 30), output: 4);
        engine.Submit(Given.Request(id: 2, prompt: 60), output: 2);

        Assert.Equal("1:30 2:20", engine.Step());
        Assert.Equal("1:1 2:40", engine.Step());
    }

    [Fact]
    public void A_split_cache_gives_each_slot_its_share()
    {
        var engine = Start(Given.Limits(blocks: 8), new LlamaCppSlots.Options { Slots = 2, Unified = false });
        engine.Submit(Given.Request(id: 1, prompt: 10), output: 2);
        engine.Step();

        Assert.Equal(64, engine.Replica.KvTokensInUse);
    }

    private static Given.DrivenEngine Start(EngineLimits? limits = null, LlamaCppSlots.Options? options = null) =>
        Given.Engine((_, _) => new LlamaCppSlots(options ?? new LlamaCppSlots.Options()), limits ?? Given.Limits());
}
