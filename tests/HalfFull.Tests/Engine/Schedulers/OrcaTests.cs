using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of Orca.</summary>
public sealed class OrcaTests
{
    [Fact]
    public void Takes_the_memory_of_the_whole_limit_up_front()
    {
        var engine = Start(Given.Limits(blocks: 10));
        engine.Submit(Given.Request(id: 1, prompt: 16, max: 65), output: 2);
        engine.Submit(Given.Request(id: 2, prompt: 16, max: 65), output: 2);
        engine.Submit(Given.Request(id: 3, prompt: 1, max: 1), output: 1);

        // 16 + 65 - 1 = 80 tokens, five blocks each: none is left for 3, though two are in real use.
        Assert.Equal("1:16 2:16", engine.Step());
        Assert.Equal(160, engine.Replica.KvTokensInUse);
        Assert.Equal("1:1 2:1", engine.Step());
        Assert.Equal("3:1", engine.Step());
    }

    [Fact]
    public void Computes_prompts_whole_beside_decodes()
    {
        var engine = Start(Given.Limits(budget: 100));
        engine.Submit(Given.Request(id: 1, prompt: 60), output: 3);
        engine.Submit(Given.Request(id: 2, prompt: 60), output: 2);

        Assert.Equal("1:60", engine.Step());
        Assert.Equal("1:1 2:60", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
    }

    [Fact]
    public void Only_a_prompt_longer_than_a_step_is_cut()
    {
        var engine = Start(Given.Limits(budget: 100));
        engine.Submit(Given.Request(id: 1, prompt: 150), output: 1);

        Assert.Equal("1:100", engine.Step());
        Assert.Equal("1:50", engine.Step());
    }

    [Fact]
    public void A_longest_length_and_a_batch_size_bound_what_runs()
    {
        var byLength = Start(Given.Limits(blocks: 10), new Orca.Options { MaxLength = 96 });
        var byBatch = Start(Given.Limits(blocks: 10), new Orca.Options { Batch = 1 });
        foreach (var engine in new[] { byLength, byBatch })
        {
            engine.Submit(Given.Request(id: 1, prompt: 10, max: 5));
            engine.Submit(Given.Request(id: 2, prompt: 10, max: 5));
            Assert.Equal("1:10", engine.Step());
        }
    }

    private static Given.DrivenEngine Start(EngineLimits? limits = null, Orca.Options? options = null) =>
        Given.Engine((_, _) => new Orca(options ?? new Orca.Options()), limits ?? Given.Limits());
}
