using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Prediction;
using HalfFull.Tests.Contracts;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of TRAIL, and its equality with SRPT without a cutoff.</summary>
public sealed class TrailTests
{
    /// <summary>With c=inf, no margin and as many victims as it takes, an oracle makes it pure SRPT: on every workload, in every step.</summary>
    [Fact]
    public void With_an_oracle_and_no_cutoff_it_is_shortest_remaining_first()
    {
        for (var seed = 0UL; seed < 100; seed++)
        {
            var workload = SmallWorkload.Of(seed);
            Assert.Equal(
                Playback.Run("srpt:recompute=false", workload).Outcome,
                Playback.Run("trail:c=inf,displaced=1000000", workload).Outcome);
        }
    }

    /// <summary>1 is predicted 20 tokens, so that it may be displaced up to its 16th.</summary>
    [Theory]
    [InlineData(16, "2:10")]
    [InlineData(17, "1:1")]
    public void A_sequence_is_displaced_only_until_c_times_its_prediction(int generated, string expected)
    {
        var engine = Start(Given.Limits(seats: 1));
        Submit(engine, id: 1, prompt: 10, output: 20);
        for (var i = 0; i < generated; i++)
        {
            engine.Step();
        }

        Submit(engine, id: 2, prompt: 10, output: 1);
        Assert.Equal(expected, engine.Step());
    }

    [Fact]
    public void A_newcomer_displaces_one_at_most_and_nobody_when_one_is_not_enough()
    {
        var engine = Start(Given.Limits(blocks: 8));
        Submit(engine, id: 1, prompt: 20, output: 60);
        Submit(engine, id: 2, prompt: 20, output: 50);
        Submit(engine, id: 3, prompt: 20, output: 40);
        engine.Step();

        // 4 needs 6 blocks: 2 are free, and 2 would come from 1.
        Submit(engine, id: 4, prompt: 90, output: 1);
        Assert.Equal("3:1 2:1 1:1", engine.Step());
        Assert.Equal(0, engine.Replica.Preemptions);
    }

    [Fact]
    public void A_refreshed_prediction_changes_who_is_displaced()
    {
        var predictor = new Corrected();
        var engine = Given.Engine((_, _) => new Trail(new Trail.Options { C = double.PositiveInfinity }, predictor), Given.Limits(seats: 2));
        Submit(engine, id: 1, prompt: 10, output: 30);
        Submit(engine, id: 2, prompt: 10, output: 20);
        for (var i = 0; i < 8; i++)
        {
            engine.Step();
        }

        // At its eighth token 2 turns out to have 100, more than 1: it gives way, though predicted shorter at first.
        Submit(engine, id: 3, prompt: 10, output: 5);
        Assert.Equal("1:1 3:10", engine.Step());
        Assert.Equal([(1L, 8), (2L, 8)], predictor.Asked.Order());
    }

    [Fact]
    public void Past_the_cutoff_whoever_lost_its_memory_comes_back_first()
    {
        // Cut to c=0, every sequence is past it with its first token; memory takes 1, admitted last, which then stands before a shorter newcomer that would fit.
        var engine = Start(Given.Limits(blocks: 4), c: 0);
        Submit(engine, id: 1, prompt: 30, output: 30);
        Submit(engine, id: 2, prompt: 30, output: 20);
        for (var i = 0; engine.Replica.Preemptions == 0; i++)
        {
            Assert.True(i < 10);
            engine.Step();
        }

        Submit(engine, id: 3, prompt: 10, output: 1);
        Assert.Equal("2:1", engine.Step());
        Assert.Equal(1, engine.Replica.Plan.FreeBlocks);
    }

    [Fact]
    public void After_so_many_preemptions_a_sequence_is_protected()
    {
        var engine = Given.Engine(static (_, _) => new Trail(new Trail.Options { Protect = 1, C = double.PositiveInfinity }, NoPredictor.Instance), Given.Limits(seats: 1));
        Submit(engine, id: 1, prompt: 10, output: 50);
        engine.Step();
        Submit(engine, id: 2, prompt: 10, output: 2);
        Assert.Equal("2:10", engine.Step());
        Assert.Equal("2:1", engine.Step());
        Assert.Equal("1:11", engine.Step());
        Submit(engine, id: 3, prompt: 10, output: 2);
        Assert.Equal("1:1", engine.Step());
    }

    private static void Submit(Given.DrivenEngine engine, int id, int prompt, int output) =>
        engine.Submit(Given.Request(id: id, prompt: prompt, max: 500, predicted: output), output);

    private static Given.DrivenEngine Start(EngineLimits limits, double c = 0.8) =>
        Given.Engine((_, _) => new Trail(new Trail.Options { C = c }, NoPredictor.Instance), limits);

    private sealed class Corrected : ILengthPredictor
    {
        internal List<(long Id, int OutputTokens)> Asked { get; } = [];

        public int? Predict(Request request) => null;

        public int Refine(Request request, int outputTokens)
        {
            Asked.Add((request.Id, outputTokens));
            return request.Id == 2 ? 100 : 30;
        }
    }
}
