using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of static batching.</summary>
public sealed class StaticTests
{
    [Fact]
    public void Nobody_joins_before_all_members_have_finished()
    {
        var engine = Start();
        engine.Submit(Given.Request(id: 1, prompt: 10), output: 1);
        engine.Submit(Given.Request(id: 2, prompt: 10), output: 3);
        Assert.Equal("1:10 2:10", engine.Step());
        engine.Submit(Given.Request(id: 3, prompt: 10), output: 1);

        Assert.Equal("2:1", engine.Step());
        Assert.Equal("2:1", engine.Step());
        Assert.Equal("3:10", engine.Step());
    }

    [Fact]
    public void Prompts_beyond_one_step_are_computed_before_anybody_decodes_and_nobody_slips_in()
    {
        var engine = Start(Given.Limits(budget: 100));
        engine.Submit(Given.Request(id: 1, prompt: 100), output: 2);
        engine.Submit(Given.Request(id: 2, prompt: 60), output: 2);
        Assert.Equal("1:100", engine.Step());
        engine.Submit(Given.Request(id: 3, prompt: 10), output: 1);

        Assert.Equal("2:60", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
        Assert.Equal("3:10", engine.Step());
    }

    [Fact]
    public void The_batch_has_a_size_and_memory_for_every_longest_output()
    {
        var bySize = Start(options: new Static.Options { Batch = 1 });
        var byMemory = Start(Given.Limits(blocks: 10));
        foreach (var engine in new[] { bySize, byMemory })
        {
            engine.Submit(Given.Request(id: 1, prompt: 10, max: 80), output: 1);
            engine.Submit(Given.Request(id: 2, prompt: 10, max: 80), output: 1);
            Assert.Equal("1:10", engine.Step());
            Assert.Equal("2:10", engine.Step());
        }
    }

    private static Given.DrivenEngine Start(EngineLimits? limits = null, Static.Options? options = null) =>
        Given.Engine((_, _) => new Static(options ?? new Static.Options()), limits ?? Given.Limits());
}
