using HalfFull.Engine;

namespace HalfFull.Tests.Engine;

/// <summary>KV of preempted sequences in host memory.</summary>
public sealed class SwapTests
{
    private readonly ScriptedScheduler scheduler = new(ScriptedScheduler.Everything);

    [Fact]
    public void What_was_swapped_out_comes_back_and_is_not_computed_again()
    {
        var (engine, sequence) = Preempted(swapTokens: 1000);
        Assert.Equal((SequenceState.Waiting, 41, 0, 0), (sequence.State, sequence.SwappedTokens, sequence.ComputedTokens, sequence.HeldBlocks));
        Assert.Equal(1, sequence.UncachedTokens);

        scheduler.Script = ScriptedScheduler.Everything;
        Assert.Equal("1:1", engine.Step());
        Assert.Equal((0, 42, 3), (sequence.SwappedTokens, sequence.ComputedTokens, sequence.HeldBlocks));
        engine.RunToEnd();
        Assert.Equal(0, engine.Replica.RecomputedTokens);
        Assert.Equal(0, engine.Replica.KvTokensInUse);
    }

    [Fact]
    public void What_does_not_fit_into_host_memory_is_computed_again()
    {
        var (engine, sequence) = Preempted(swapTokens: 40);
        Assert.Equal(0, sequence.SwappedTokens);
        scheduler.Script = ScriptedScheduler.Everything;
        Assert.Equal("1:42", engine.Step());
        engine.RunToEnd();
        Assert.Equal(41, engine.Replica.RecomputedTokens);
    }

    [Fact]
    public void Host_memory_of_one_that_leaves_is_free_for_the_next()
    {
        var (engine, sequence) = Preempted(swapTokens: 41);
        engine.Replica.Abort(sequence, engine.Now);
        scheduler.Script = ScriptedScheduler.Everything;
        var next = engine.Submit(Given.Request(id: 2, prompt: 40));
        engine.Step();
        engine.Step();
        var other = engine.Submit(Given.Request(id: 3, prompt: 10), output: 1);
        scheduler.Script = (in _, plan) =>
        {
            plan.Preempt(next);
            plan.TryAdmit(other);
        };
        engine.Step();
        Assert.Equal(41, next.SwappedTokens);
        Assert.Equal(0, sequence.SwappedTokens);
    }

    private (Given.DrivenEngine Engine, Sequence Sequence) Preempted(long swapTokens)
    {
        var engine = Given.Engine((_, _) => scheduler, Given.Limits(blocks: 20) with { SwapTokens = swapTokens });
        var sequence = engine.Submit(Given.Request(id: 1, prompt: 40));
        engine.Step();
        engine.Step();
        var other = engine.Submit(Given.Request(id: 9, prompt: 10), output: 1);
        scheduler.Script = (in _, plan) =>
        {
            Assert.True(plan.Preempt(sequence));
            Assert.True(plan.TryAdmit(other));
        };
        Assert.Equal("9:10", engine.Step());
        return (engine, sequence);
    }
}
