using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Engine.StepTime;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Levels worked out by hand: a prompt token takes 0.1 ms and a decode step 4 ms; quanta are 10, 20, 40, … ms.</summary>
public sealed class FastServeTests
{
    private static readonly IStepTimeModel Model = new LinearStepTime(0, 100, 125, 0);

    [Theory]
    [InlineData(100, 0)]
    [InlineData(101, 1)]
    [InlineData(200, 1)]
    [InlineData(201, 2)]
    [InlineData(1600, 4)]
    public void A_request_joins_the_first_level_whose_quantum_holds_its_prefill(int prompt, int level) =>
        Assert.Equal(level, ((FastServe)Start(Given.Limits()).Scheduler).JoinLevel(prompt));

    /// <summary>Prefill 5 ms and two decodes make 13 > 10: level 1. Six more make 24 > 20: level 2.</summary>
    [Fact]
    public void It_falls_by_a_level_when_it_has_used_up_its_quantum()
    {
        var engine = Start(Given.Limits());
        var sequence = engine.Submit(Given.Request(id: 1, prompt: 50), output: 100);
        var levels = new List<int>();
        for (var i = 0; i < 12; i++)
        {
            engine.Step();
            levels.Add(((FastServe)engine.Scheduler).LevelOf(sequence));
        }

        // The level is brought up to date by the plan after the step.
        Assert.Equal([0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2], levels);
    }

    [Fact]
    public void A_newcomer_displaces_who_has_fallen_and_no_one_of_its_own_level()
    {
        var engine = Start(Given.Limits(seats: 1));
        engine.Submit(Given.Request(id: 1, prompt: 50), output: 100);
        engine.Step();
        engine.Submit(Given.Request(id: 2, prompt: 50, arrival: 0.01), output: 100);
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("2:50", engine.Step());
    }

    [Fact]
    public void Those_that_have_waited_long_rise_to_the_top_at_the_next_promotion()
    {
        Assert.Equal(2, LastBut(promoteAfter: 100).Id);
        Assert.Equal(1, LastBut(promoteAfter: 0.02).Id);

        // 1 joins at level 4 and waits for requests of level 0; promoted, it goes by its arrival.
        static (long Id, int Count) LastBut(double promoteAfter)
        {
            var options = new FastServe.Options { PromoteAfter = TimeSpan.FromSeconds(promoteAfter), PromoteEvery = 5 };
            var engine = Given.Engine((limits, _) => new FastServe(options, limits, Model), Given.Limits(seats: 1));
            engine.Submit(Given.Request(id: 0, prompt: 10), output: 2);
            engine.Step();
            engine.Submit(Given.Request(id: 1, prompt: 1600, arrival: 0.01), output: 1);
            for (var i = 0; i < 20; i++)
            {
                engine.Submit(Given.Request(id: 2, prompt: 10, arrival: engine.Now.TotalSeconds), output: 1);
            }

            engine.RunToEnd();
            var order = engine.FirstTokens.Skip(1).ToList();
            return (order.IndexOf(1) == order.Count - 1 ? 2 : 1, order.Count);
        }
    }

    private static Given.DrivenEngine Start(EngineLimits limits) =>
        Given.Engine(static (limits, _) => new FastServe(new FastServe.Options(), limits, Model), limits);
}
