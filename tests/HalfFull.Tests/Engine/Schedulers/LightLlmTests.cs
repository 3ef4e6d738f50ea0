using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of LightLLM. Blocks of one token, a hundred of them.</summary>
public sealed class LightLlmTests
{
    [Fact]
    public void Admits_as_soon_as_the_future_peak_fits()
    {
        var engine = Start(Given.Limits(blocks: 100, blockSize: 1));
        engine.Submit(Given.Request(id: 1, prompt: 10, max: 50), output: 50);
        engine.Submit(Given.Request(id: 2, prompt: 10, max: 50), output: 50);
        Assert.Equal("1:10", engine.Step());

        // In step s, 1 occupies 10 + s and may grow by 51 - s; 2 would occupy 11 and grow by 50. When 1 ends they hold (51 - s) * 2 + 11 + 10 + s = 123 - s.
        for (var s = 2; s <= 23; s++)
        {
            Assert.Equal("1:1", engine.Step());
        }

        Assert.Equal("2:10", engine.Step());
        engine.RunToEnd();
        Assert.Equal(0, engine.Replica.Preemptions);
    }

    [Fact]
    public void Below_the_ratio_it_believes_in_its_estimate_and_not_in_the_limit()
    {
        var limits = Given.Limits(blocks: 3000, blockSize: 1);
        var careful = Start(limits);
        var daring = Start(limits, new LightLlm.Options { RouterTokenRatio = 0.5 });
        foreach (var engine in new[] { careful, daring })
        {
            engine.Submit(Given.Request(id: 1, prompt: 10, max: 2000), output: 2);
            engine.Submit(Given.Request(id: 2, prompt: 10, max: 2000), output: 2);
        }

        Assert.Equal("1:10", careful.Step());
        Assert.Equal("1:10 2:10", daring.Step());
    }

    [Fact]
    public void A_patient_engine_decodes_a_few_steps_between_prefills()
    {
        var engine = Start(options: new LightLlm.Options { Aggressive = false, WaitSteps = 2 });
        engine.Submit(Given.Request(id: 1, prompt: 10), output: 9);
        Assert.Equal("1:10", engine.Step());
        engine.Submit(Given.Request(id: 2, prompt: 10), output: 9);

        Assert.Equal("1:1", engine.Step());
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("2:10", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
    }

    private static Given.DrivenEngine Start(EngineLimits? limits = null, LightLlm.Options? options = null) =>
        Given.Engine((_, _) => new LightLlm(options ?? new LightLlm.Options()), limits ?? Given.Limits());
}
