using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Policies;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of vLLM V1 with priorities; here higher is more urgent.</summary>
public sealed class VllmPriorityTests
{
    [Fact]
    public void Admits_the_most_urgent_first_and_equals_by_arrival()
    {
        var engine = Start(Given.Limits(seats: 1));
        Submit(engine, 1, priority: 0, arrival: 0);
        Submit(engine, 2, priority: 5, arrival: 2);
        Submit(engine, 3, priority: 5, arrival: 1);
        engine.RunToEnd();

        Assert.Equal([3L, 2L, 1L], engine.FirstTokens);
    }

    [Fact]
    public void An_urgent_newcomer_does_not_displace_who_runs()
    {
        var engine = Start(Given.Limits(blocks: 4));
        engine.Submit(Given.Request(id: 1, prompt: 40), output: 5);
        Assert.Equal("1:40", engine.Step());
        engine.Submit(Given.Request(id: 2, prompt: 40) with { Priority = 9 }, output: 1);

        Assert.Equal("1:1", engine.Step());
    }

    [Fact]
    public void Preempts_the_least_urgent_even_when_it_has_been_scheduled_already()
    {
        var engine = Start(Given.Limits(blocks: 4));
        engine.Submit(Given.Request(id: 1, prompt: 25) with { Priority = 0 }, output: 20);
        engine.Step();
        engine.Submit(Given.Request(id: 2, prompt: 31) with { Priority = 1 }, output: 20);
        Assert.Equal("1:1 2:31", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());

        // 2 needs a third block: 1, already in the plan, gives its place and its blocks back.
        Assert.Equal("2:1", engine.Step());
        Assert.Equal(1, engine.Replica.Preemptions);
    }

    [Fact]
    public void Ageing_turns_waiting_time_into_priority()
    {
        var order = new[] { new VllmPriority.Options(), new VllmPriority.Options { Age = TimeSpan.FromSeconds(1) }, new VllmPriority.Options { AgeSteps = 10 } }
            .Select(static options =>
            {
                var engine = Start(Given.Limits(seats: 1), options);
                engine.Submit(Given.Request(id: 1, prompt: 10) with { Priority = 9 }, output: 50);
                engine.Step();
                Submit(engine, 2, priority: 0, arrival: 0);
                for (var i = 0; i < 40; i++)
                {
                    engine.Step();
                }

                Submit(engine, 3, priority: 3, arrival: 4);
                engine.RunToEnd();
                return string.Join(' ', engine.FirstTokens);
            });

        Assert.Equal("1 3 2; 1 2 3; 1 2 3", string.Join("; ", order));
    }

    [Fact]
    public void Two_kinds_of_ageing_at_once_are_refused() =>
        Assert.Throws<PolicyException>(() => new VllmPriority(new VllmPriority.Options { Age = TimeSpan.FromSeconds(1), AgeSteps = 1 }));

    private static void Submit(Given.DrivenEngine engine, long id, int priority, double arrival) =>
        engine.Submit(Given.Request(id: id, prompt: 10, arrival: arrival) with { Priority = priority }, output: 1);

    private static Given.DrivenEngine Start(EngineLimits limits, VllmPriority.Options? options = null) =>
        Given.Engine((_, _) => new VllmPriority(options ?? new VllmPriority.Options()), limits);
}
