using HalfFull.Engine;

namespace HalfFull.Tests.Engine;

/// <summary>A policy may be wrong; the engine comes to an end all the same.</summary>
public sealed class ForcedProgressTests
{
    private readonly ScriptedScheduler scheduler = new();

    [Theory]
    [InlineData(2048)]
    [InlineData(7)]
    public void A_policy_that_schedules_nothing_cannot_hang_the_engine(int budget)
    {
        var engine = Start(Given.Limits(blocks: 10, budget: budget));
        engine.Submit(Given.Request(id: 1, prompt: 30), output: 3);
        engine.Submit(Given.Request(id: 2, prompt: 160), output: 3);
        engine.RunToEnd(mostSteps: 100);

        Assert.Equal([1L, 2L], engine.Records.Select(record => record.Id));
        Assert.Equal([3, 1], engine.Records.Select(record => record.OutputTokens));
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(7)]
    public void Nor_can_one_that_preempts_everything(int budget)
    {
        scheduler.Script = static (in engine, plan) =>
        {
            foreach (var sequence in engine.Running)
            {
                plan.Preempt(sequence);
            }
        };
        var engine = Start(Given.Limits(blocks: 10, budget: budget));
        for (var id = 1; id <= 3; id++)
        {
            engine.Submit(Given.Request(id: id, prompt: 30), output: 3);
        }

        engine.RunToEnd(mostSteps: 200);
        Assert.Equal([1L, 2L, 3L], engine.Records.Select(record => record.Id));
        Assert.All(engine.Records, static record => Assert.Equal(3, record.OutputTokens));
    }

    [Fact]
    public void Of_several_running_the_oldest_runs_and_the_newest_make_room()
    {
        scheduler.Script = ScriptedScheduler.Everything;
        var engine = Start(Given.Limits(blocks: 4));
        engine.Submit(Given.Request(id: 1, prompt: 32), output: 30);
        engine.Submit(Given.Request(id: 2, prompt: 32), output: 30);
        engine.Step();
        scheduler.Script = ScriptedScheduler.Nothing;

        Assert.Equal("1:1", engine.Step());
        Assert.Equal((1, 1L), (engine.Replica.Waiting, engine.Replica.Preemptions));
    }

    [Fact]
    public void A_policy_may_sleep_and_is_woken_by_time()
    {
        scheduler.Script = static (in engine, plan) =>
        {
            if (engine.Now < TimeSpan.FromSeconds(1))
            {
                plan.HoldUntil(TimeSpan.FromSeconds(1));
                return;
            }

            ScriptedScheduler.Everything(engine, plan);
        };
        var engine = Start(Given.Limits());
        engine.Submit(Given.Request(id: 1, prompt: 10), output: 1);

        Assert.Equal(string.Empty, engine.Step());
        Assert.Equal(TimeSpan.FromSeconds(1), engine.Replica.WakeAt);
        engine.Wait(1);
        Assert.Equal("1:10", engine.Step());
        Assert.Null(engine.Replica.WakeAt);
    }

    [Fact]
    public void Sleeping_until_the_past_is_not_sleeping()
    {
        scheduler.Script = static (in engine, plan) => plan.HoldUntil(engine.Now);
        var engine = Start(Given.Limits());
        engine.Submit(Given.Request(id: 1, prompt: 10), output: 1);

        Assert.Equal("1:10", engine.Step());
    }

    [Fact]
    public void Whoever_is_preempted_before_a_sleep_is_back_in_the_queue()
    {
        scheduler.Script = ScriptedScheduler.Everything;
        var engine = Start(Given.Limits());
        engine.Submit(Given.Request(id: 1, prompt: 10), output: 5);
        engine.Step();
        scheduler.Script = static (in engine, plan) =>
        {
            plan.Preempt(engine.Running[0]);
            plan.HoldUntil(engine.Now + TimeSpan.FromSeconds(1));
        };
        Assert.Equal(string.Empty, engine.Step());
        Assert.Equal((1, 0, 1L), (engine.Replica.Waiting, engine.Replica.Running, engine.Replica.Preemptions));

        scheduler.Script = ScriptedScheduler.Everything;
        engine.Wait(1);
        Assert.Equal("1:11", engine.Step());
        engine.RunToEnd();
        Assert.Equal(5, Assert.Single(engine.Records).OutputTokens);
    }

    private Given.DrivenEngine Start(EngineLimits limits) => new((_, _) => scheduler, limits);
}
