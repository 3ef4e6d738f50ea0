using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Engine.StepTime;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Program-level attained service worked out by hand: a prompt token takes 1 ms, a decode step 10 ms; level 0 ends at 100 ms.</summary>
public sealed class AutellixTests
{
    private static readonly IStepTimeModel Model = new LinearStepTime(0, 1000, 312.5, 0);

    [Fact]
    public void Levels_double()
    {
        var policy = (Autellix)Start(Given.Limits()).Scheduler;
        Assert.Equal([0, 0, 1, 1, 2, 3], new[] { 0, 0.1, 0.101, 0.2, 0.4, 0.401 }.Select(policy.LevelOf));
    }

    [Fact]
    public void A_call_of_a_program_that_has_had_much_goes_after_one_that_has_had_little()
    {
        var engine = Start(Given.Limits(seats: 1));
        Submit(engine, 1, "greedy", prompt: 150);
        engine.RunToEnd();

        Submit(engine, 2, "greedy", prompt: 10);
        Submit(engine, 3, "modest", prompt: 10, arrival: 0.001);
        engine.RunToEnd();
        Assert.Equal([1L, 3L, 2L], engine.FirstTokens);
    }

    /// <summary>Without programs every call counts for itself: whoever has been served least goes first, and displaces who has had more than its quantum.</summary>
    [Fact]
    public void Single_calls_go_by_their_own_attained_service()
    {
        var engine = Start(Given.Limits(seats: 1));
        Submit(engine, 1, program: null, prompt: 50, output: 40);
        for (var i = 0; i < 6; i++)
        {
            engine.Step(); // 50 ms of prefill and 5 decodes: 100 ms, level 0 to its end
        }

        Submit(engine, 2, program: null, prompt: 10, output: 3, arrival: 0.06);
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("2:10", engine.Step());
        Assert.Equal("2:1", engine.Step());
        Assert.Equal("2:1", engine.Step());
        Assert.Equal("1:57", engine.Step());
    }

    [Fact]
    public void A_call_that_has_waited_for_a_multiple_of_its_programs_service_rises()
    {
        Assert.Equal(4, Served(ratio: 2));
        Assert.Equal(long.MaxValue, Served(ratio: null));

        // The program has had 200 ms. Its second call waits behind a stream of new programs: after 400 ms it goes first.
        static long Served(double? ratio)
        {
            var options = new Autellix.Options { Quantum = TimeSpan.FromMilliseconds(100), Starvation = ratio };
            var engine = Given.Engine((limits, _) => new Autellix(options, limits, Model), Given.Limits(seats: 1));
            Submit(engine, 1, "p", prompt: 200);
            engine.RunToEnd();
            Submit(engine, 2, "p", prompt: 10, arrival: engine.Now.TotalSeconds);
            for (var i = 0; i < 100; i++)
            {
                Submit(engine, 100 + i, program: null, prompt: 1, arrival: engine.Now.TotalSeconds);
                if (engine.Step().StartsWith("2:", StringComparison.Ordinal))
                {
                    return (long)Math.Floor((engine.Now.TotalSeconds - 0.01) * 10);
                }
            }

            return long.MaxValue;
        }
    }

    private static void Submit(Given.DrivenEngine engine, long id, string? program, int prompt, int output = 1, double arrival = 0) =>
        engine.Submit(Given.Request(id: id, prompt: prompt, arrival: arrival) with { Program = program }, output);

    private static Given.DrivenEngine Start(EngineLimits limits) =>
        Given.Engine(static (limits, _) => new Autellix(new Autellix.Options { Quantum = TimeSpan.FromMilliseconds(100) }, limits, Model), limits);
}
