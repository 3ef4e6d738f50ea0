using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of TensorRT-LLM with MAX_UTILIZATION.</summary>
public sealed class TrtMaxUtilTests
{
    [Fact]
    public void Admits_whoever_fits_now()
    {
        var engine = Start(Given.Limits(blocks: 10));
        engine.Submit(Given.Request(id: 1, prompt: 16, max: 81), output: 2);
        engine.Submit(Given.Request(id: 2, prompt: 16, max: 65), output: 2);
        engine.Submit(Given.Request(id: 3, prompt: 144), output: 1);

        Assert.Equal("1:16 2:16", engine.Step());
    }

    [Fact]
    public void Pauses_the_latest_arrival_though_it_was_admitted_first()
    {
        var engine = Start(Given.Limits(blocks: 4));
        engine.Submit(Given.Request(id: 2, prompt: 25, arrival: 1), output: 20);
        engine.Step();
        engine.Submit(Given.Request(id: 1, prompt: 31, arrival: 0), output: 20);

        Assert.Equal("2:1 1:31", engine.Step());
        Assert.Equal("2:1 1:1", engine.Step());
        Assert.Equal("1:1", engine.Step());
        Assert.Equal(1, engine.Replica.Preemptions);
    }

    [Fact]
    public void Nobody_is_admitted_in_a_step_that_paused_somebody()
    {
        var engine = Start(Given.Limits(blocks: 5));
        engine.Submit(Given.Request(id: 1, prompt: 32), output: 3);
        engine.Submit(Given.Request(id: 2, prompt: 48, arrival: 1), output: 3);
        Assert.Equal("1:32 2:48", engine.Step());
        engine.Submit(Given.Request(id: 3, prompt: 1, arrival: 2), output: 1);

        Assert.Equal("1:1", engine.Step());
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("2:49 3:1", engine.Step());
    }

    private static Given.DrivenEngine Start(EngineLimits? limits = null, TrtMaxUtil.Options? options = null) =>
        Given.Engine((own, _) => new TrtMaxUtil(options ?? new TrtMaxUtil.Options(), own), limits ?? Given.Limits());
}
