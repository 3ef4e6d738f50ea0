using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class BlockTests
{
    private static readonly EngineModel Engine = new(new EngineLimits(kvBlocks: 1000) { TokenBudget = 1000 }, new Flat());

    [Fact]
    public void An_idle_engine_takes_the_chunks_of_the_prompt_and_a_step_for_each_further_token()
    {
        var view = Given.Idle(0) with { Engine = Engine };

        // 2,500 tokens are three chunks of 1,000 at 0.1 s; 100 outputs are 99 more steps.
        Assert.Equal(0.3, Score(view, Block.Moment.FirstToken, 2500), 1e-9);
        Assert.Equal(0.3 + 9.9, Score(view, Block.Moment.Finish, 2500), 1e-9);
        Assert.Equal(0.2, Score(view with { CachedPromptTokens = 600 }, Block.Moment.FirstToken, 2500), 1e-9);
    }

    [Fact]
    public void Queued_prompts_come_first_and_decodes_take_their_part_of_the_budget()
    {
        var sequences = Enumerable.Repeat(new SequenceView(10, 0, 1, 1000, 1000), 100).ToArray();
        var view = Given.Idle(0) with { Engine = Engine, QueuedPrefillTokens = 1000, Running = 100, Sequences = sequences };

        // 1,000 + 800 tokens at 900 a step.
        Assert.Equal(0.2, Score(view, Block.Moment.FirstToken, 800), 1e-9);
        Assert.Equal(0.3, Score(view, Block.Moment.FirstToken, 801), 1e-9);
    }

    /// <summary>16,000 tokens of memory, 15,500 in use: the prompt of 1,000 waits until a sequence of 7,000 has ended, 5 steps from now.</summary>
    [Fact]
    public void Missing_memory_is_waited_for()
    {
        var sequences = new[] { new SequenceView(7000, 0, 5, 1000, 10), new SequenceView(8500, 0, 5, 1000, 1000) };
        var view = Given.Idle(0) with { Engine = Engine, KvTokensInUse = 15_500, Running = 2, Sequences = sequences };
        var roomy = view with { KvTokensInUse = 9_500, Sequences = sequences.AsMemory(1) };

        Assert.Equal(0.2, Score(roomy, Block.Moment.FirstToken, 1000), 1e-9);
        Assert.InRange(Score(view, Block.Moment.FirstToken, 1000), 0.55, 0.75);
    }

    [Fact]
    public void The_engine_that_ends_soonest_is_chosen()
    {
        var router = new Block(new Block.Options(), new RouterSeed(1));
        var busy = Given.Idle(0) with { Engine = Engine, QueuedPrefillTokens = 5000 };

        Assert.All(Given.Chosen(router, 20, busy, Given.Idle(1) with { Engine = Engine }), static replica => Assert.Equal(1, replica));
    }

    [Fact]
    public void An_engine_that_cannot_be_looked_into_is_guessed_by_queue_memory_and_steps()
    {
        // (2,000 + 1,000) / 10,000 + 0.05 * 100; with 3,000 tokens missing at 1,000 a second 3 s instead of 0.3.
        var view = Given.Idle(0) with { QueuedPrefillTokens = 2000, SecondsPerStep = 0.05 };

        Assert.Equal(0.3 + 5, Score(view, Block.Moment.Finish, 1000), 1e-9);
        Assert.Equal(3 + 5, Score(view with { KvTokensInUse = 102_000 }, Block.Moment.Finish, 1000), 1e-9);
    }

    private static double Score(ReplicaView view, Block.Moment target, int prompt)
    {
        var request = new RouteRequest(new Request(1, default, prompt, 1000) { PredictedOutputTokens = 100 }, default);
        return Given.Scores(new Block(new Block.Options { Target = target }, new RouterSeed(1)), request, view)[0];
    }

    /// <summary>Every step takes a tenth of a second.</summary>
    private sealed class Flat : IStepTimeModel
    {
        public TimeSpan Predict(in StepShape shape) => TimeSpan.FromSeconds(0.1);
    }
}
