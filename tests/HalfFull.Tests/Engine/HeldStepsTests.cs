using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine;

/// <summary>Where a held plan must end, by hand. That holding never changes a result is part of the contract of every scheduler.</summary>
public sealed class HeldStepsTests
{
    private static readonly TimeSpan Far = TimeSpan.FromHours(1);

    [Fact]
    public void A_lone_decode_is_held_until_its_last_step()
    {
        var engine = Given.Engine(static (_, _) => new Vllm(new Vllm.Options()), Given.Limits());
        engine.Submit(Given.Request(prompt: 100), output: 50);
        engine.Step();

        // The first decode is planned at 10 ms; token 50 comes with the 49th decode, which ends at 500 ms.
        Assert.Equal(0.5, Hold(engine, Far), 1e-9);
        Assert.Equal(49, engine.Replica.Steps - 1);
        engine.Replica.EndStep(TimeSpan.FromSeconds(0.5));
        Assert.Equal(50, Assert.Single(engine.Records).OutputTokens);
        Assert.Equal(49, engine.Gaps.Sum(static gap => gap.Count));
    }

    [Fact]
    public void Steps_that_end_at_the_horizon_are_included_and_later_ones_are_not()
    {
        var engine = Given.Engine(static (_, _) => new Vllm(new Vllm.Options()), Given.Limits());
        engine.Submit(Given.Request(prompt: 100), output: 50);
        engine.Step();

        Assert.Equal(0.11, Hold(engine, TimeSpan.FromSeconds(0.1)), 1e-9);
    }

    [Fact]
    public void An_arrival_or_an_abort_ends_the_holding()
    {
        var engine = Given.Engine(static (_, _) => new Vllm(new Vllm.Options()), Given.Limits());
        var sequence = engine.Submit(Given.Request(id: 1, prompt: 100), output: 50);
        engine.Step();
        var end = TimeSpan.FromSeconds(Hold(engine, TimeSpan.FromSeconds(0.1)));
        engine.Submit(Given.Request(id: 2), output: 1);
        Assert.Equal(end, engine.Replica.RunHeldSteps(end, Far, Given.UnitStep));
        Assert.Equal((10, 109), (sequence.OutputTokens, sequence.ComputedTokens));
        engine.Replica.EndStep(end);
        engine.Replica.CheckInvariants();
    }

    [Fact]
    public void Lack_of_a_block_ends_the_holding()
    {
        // Two of 30 tokens in 4 blocks: at 33 tokens both need a block that is not there.
        var engine = Given.Engine(static (_, _) => new Vllm(new Vllm.Options()), Given.Limits(blocks: 4));
        engine.Submit(Given.Request(id: 1, prompt: 30), output: 50);
        engine.Submit(Given.Request(id: 2, prompt: 30), output: 50);
        engine.Step();

        Assert.Equal(0.03, Hold(engine, Far), 1e-9);
        engine.Replica.EndStep(TimeSpan.FromSeconds(0.03));
        Assert.Equal(64, engine.Replica.KvTokensInUse);
        Assert.Equal(0, engine.Replica.Preemptions);
    }

    /// <summary>
    /// 3 shares an idle prefix of 4 blocks, all that is free; its first chunk needs one more. When 2 evicts the prefix for its 65th token, three blocks are left over and
    /// 3, which must compute everything itself now, can start.
    /// </summary>
    [Fact]
    public void A_refusal_that_an_eviction_can_lift_is_not_held()
    {
        var engine = Given.Engine(static (_, _) => new Vllm(new Vllm.Options { FullGate = false }), Given.Limits(blocks: 8, budget: 17));
        engine.Submit(Given.Request(id: 1, prompt: 64, hashes: [1], unit: 64), output: 1);
        engine.RunToEnd();
        engine.Submit(Given.Request(id: 2, prompt: 60), output: 60);
        for (var i = 0; i < 4; i++)
        {
            engine.Step();
        }

        engine.Submit(Given.Request(id: 3, prompt: 100, hashes: [1], unit: 64), output: 1);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(engine.Now.TotalSeconds + 0.01, Hold(engine, Far), 1e-9);
            engine.Wait(0.01);
            engine.Replica.EndStep(engine.Now);
        }

        Assert.Equal("2:1 3:16", engine.Step());
    }

    /// <summary>Begins a step of 10 ms, repeats it while it is held, and returns when the last one ends, in seconds.</summary>
    private static double Hold(Given.DrivenEngine engine, TimeSpan horizon)
    {
        Assert.True(engine.Replica.BeginStep(engine.Now));
        var end = engine.Replica.RunHeldSteps(engine.Now + TimeSpan.FromMilliseconds(10), horizon, Given.UnitStep);
        engine.Replica.CheckInvariants();
        return end.TotalSeconds;
    }
}
