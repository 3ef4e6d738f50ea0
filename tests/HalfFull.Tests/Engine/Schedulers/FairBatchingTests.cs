using HalfFull.Engine.Schedulers;
using HalfFull.Engine.StepTime;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of FairBatching: a step takes 1 ms and 0.1 ms for each prompt token; token j is due at 100 ms + j * 20 ms.</summary>
public sealed class FairBatchingTests
{
    private static readonly IStepTimeModel Model = new LinearStepTime(1_000, 100, 0, 0);

    /// <summary>At 90 ms its second token, due at 120, leaves 30 ms: 1 and 290 prompt tokens.</summary>
    [Fact]
    public void A_step_gets_as_many_prompt_tokens_as_let_it_end_before_the_token_due()
    {
        var engine = Start(budget: 1000);
        Submit(engine, 1, prompt: 10);
        engine.Wait(0.08);
        Assert.Equal("1:10", engine.Step());
        Submit(engine, 2, prompt: 1000, arrival: 0.09);
        Assert.Equal("1:1 2:290", engine.Step());
    }

    [Fact]
    public void A_token_that_is_late_anyway_bounds_nothing()
    {
        var engine = Start(budget: 1000);
        Submit(engine, 1, prompt: 10);
        engine.Wait(5);
        engine.Step();
        Submit(engine, 2, prompt: 1000, arrival: 5);
        Assert.Equal("1:1 2:999", engine.Step());
    }

    [Fact]
    public void Decodes_that_are_not_urgent_come_after_prefills()
    {
        var engine = Start(budget: 200);
        Submit(engine, 1, prompt: 10);
        engine.Step();
        Submit(engine, 2, prompt: 100, arrival: 0.01);
        Assert.Equal("2:100 1:1", engine.Step());
    }

    [Fact]
    public void Those_that_have_missed_their_deadline_go_after_those_that_can_still_make_it()
    {
        var engine = Start(budget: 1000, seats: 1);
        Submit(engine, 1, prompt: 10, output: 15);
        Submit(engine, 2, prompt: 10, output: 1);
        for (var i = 0; i < 14; i++)
        {
            engine.Step();
        }

        Submit(engine, 3, prompt: 10, output: 1, arrival: 0.14);
        Submit(engine, 4, prompt: 10, output: 1, arrival: 0.14);
        engine.RunToEnd();
        Assert.Equal([1L, 3L, 4L, 2L], engine.FirstTokens);
    }

    private static void Submit(Given.DrivenEngine engine, int id, int prompt, int output = 100, double arrival = 0) =>
        engine.Submit(Given.Request(id: id, prompt: prompt, arrival: arrival), output);

    private static Given.DrivenEngine Start(int budget, int seats = 256)
    {
        var options = new FairBatching.Options { Ttft = TimeSpan.FromMilliseconds(100), Tpot = TimeSpan.FromMilliseconds(20) };
        return Given.Engine((_, _) => new FairBatching(options, Model), Given.Limits(budget: budget, seats: seats));
    }
}
