using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of learning-to-rank scheduling.</summary>
public sealed class LtrTests
{
    [Fact]
    public void With_true_ranks_the_shortest_output_goes_first()
    {
        var engine = Start(Given.Limits(seats: 1), starvation: null);
        Submit(engine, 1, output: 30);
        Submit(engine, 2, output: 10);
        Submit(engine, 3, output: 20);
        engine.RunToEnd();
        Assert.Equal([2L, 3L, 1L], engine.Records.Select(record => record.Id));
    }

    [Fact]
    public void A_better_ranked_newcomer_displaces_the_worst_ranked()
    {
        var engine = Start(Given.Limits(seats: 2), starvation: null);
        Submit(engine, 1, output: 30);
        Submit(engine, 2, output: 50);
        engine.Step();
        Submit(engine, 3, output: 40);
        Assert.Equal("1:1 3:10", engine.Step());
        Submit(engine, 4, output: 60);
        Assert.Equal("1:1 3:1", engine.Step());
    }

    /// <summary>It ranks by the whole predicted length: 1 is nearly done and gives way all the same.</summary>
    [Fact]
    public void What_has_been_generated_does_not_count()
    {
        var engine = Start(Given.Limits(seats: 1), starvation: null);
        Submit(engine, 1, output: 20);
        for (var i = 0; i < 18; i++)
        {
            engine.Step();
        }

        Submit(engine, 2, output: 19);
        Assert.Equal("2:10", engine.Step());
    }

    [Fact]
    public void The_budget_is_filled_in_order_of_rank_and_the_rest_pauses()
    {
        var engine = Start(Given.Limits(budget: 20), starvation: null);
        Submit(engine, 1, output: 30);
        engine.Step();
        Submit(engine, 2, output: 5, prompt: 50);
        Assert.Equal("2:20", engine.Step());
        Assert.Equal("2:20", engine.Step());
        Assert.Equal("2:10 1:1", engine.Step());
    }

    /// <summary>A stream of short ones keeps 1 out; after 20 steps without running it goes before them for 10 steps.</summary>
    [Fact]
    public void Whoever_has_not_run_for_long_goes_ahead_for_a_period()
    {
        Assert.InRange(FirstRun(starvation: 20, steps: 100), 20, 22);
        Assert.Equal(-1, FirstRun(starvation: null, steps: 100));

        static int FirstRun(int? starvation, int steps)
        {
            var engine = Start(Given.Limits(seats: 1), starvation);
            Submit(engine, 1, output: 400);
            for (var i = 0; i < steps; i++)
            {
                Submit(engine, 100 + i, output: 2);
                if (engine.Step().StartsWith("1:", StringComparison.Ordinal))
                {
                    for (var ahead = 1; ahead < 10; ahead++)
                    {
                        Submit(engine, 1000 + ahead, output: 2);
                        Assert.Equal("1:1", engine.Step());
                    }

                    Assert.NotEqual("1:1", engine.Step());
                    return i;
                }
            }

            return -1;
        }
    }

    private static void Submit(Given.DrivenEngine engine, long id, int output, int prompt = 10) =>
        engine.Submit(Given.Request(id: id, prompt: prompt, max: 500, predicted: output), output);

    private static Given.DrivenEngine Start(EngineLimits limits, int? starvation) =>
        Given.Engine((_, _) => new Ltr(new Ltr.Options { Starvation = starvation }), limits);
}
