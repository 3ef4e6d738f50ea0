using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Engine.Hosting;
using HalfFull.Gateway.Workers;
using HalfFull.Policies;
using HalfFull.Prediction;

namespace HalfFull.Gateway.Tests.Workers;

public sealed class EngineLoopTests
{
    [Fact]
    public async Task Every_request_gets_exactly_its_tokens()
    {
        await using var worker = await Given.Worker();
        var generations = Enumerable.Range(1, 40).Select(i => worker.Loop.Submit(i * 10, i)).ToArray();
        for (var i = 0; i < generations.Length; i++)
        {
            var tokens = await generations[i].Tokens.ReadAllAsync().ToListAsync();
            Assert.Equal(i + 1, tokens.Count);
            Assert.Equal(i, tokens.FindIndex(token => token.IsLast));
        }

        await Eventually.True(() => worker.Loop.Stats is { Completed: 40, Running: 0, Waiting: 0, KvTokensInUse: 0 }, "the engine is empty");
        Assert.Equal(40 * 41 / 2, worker.Loop.Stats.OutputTokens);
    }

    [Fact]
    public async Task An_abort_ends_a_request_at_the_next_step_wherever_it_is()
    {
        await using var worker = await Given.Worker(stepMicros: 2000);
        var running = worker.Loop.Submit(10, int.MaxValue);
        Assert.True(await running.Tokens.WaitToReadAsync());
        worker.Loop.Abort(running);
        var fresh = worker.Loop.Submit(10, 1_000_000);
        worker.Loop.Abort(fresh);
        await running.Tokens.ReadAllAsync().ToListAsync();
        await Eventually.True(() => worker.Loop.Stats is { Aborted: >= 1, Running: 0, Waiting: 0, KvTokensInUse: 0 }, "both have gone");
    }

    [Fact]
    public async Task A_prompt_that_returns_is_found_in_the_prefix_cache()
    {
        await using var worker = await Given.Worker();
        long[] hashes = [1, 2, 3];
        await worker.Loop.Submit(60, 2, hashes, 16).Tokens.ReadAllAsync().ToListAsync();
        var again = worker.Loop.Submit(60, 2, hashes, 16);
        await again.Tokens.ReadAllAsync().ToListAsync();
        Assert.Equal(48, again.CachedTokens);
    }

    [Fact]
    public async Task The_end_of_the_loop_ends_every_request()
    {
        var worker = await Given.Worker(stepMicros: 1000);
        var endless = worker.Loop.Submit(10, 1_000_000);
        Assert.True(await endless.Tokens.WaitToReadAsync());
        await worker.DisposeAsync();
        await endless.Tokens.ReadAllAsync().ToListAsync();
        Assert.Throws<ObjectDisposedException>(() => worker.Loop.Submit(1, 1));
    }

    [Fact]
    public async Task A_policy_that_needs_predictions_is_refused_by_name()
    {
        var options = new WorkerOptions(new EngineLimits(10), new LinearStepTime(1, 0, 0, 0)) { Engine = PolicySpec.Parse("srpt") };
        var error = await Assert.ThrowsAsync<PolicyException>(() => WorkerServer.StartAsync(options));
        Assert.Contains("'srpt' needs predicted output lengths; add --predict quantile", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_predictor_learns_from_what_finishes_and_tells_the_policy()
    {
        await using var worker = await WorkerServer.StartAsync(Predicted("quantile"));
        var first = worker.Loop.Submit(10, 7);
        await first.Tokens.ReadAllAsync().ToListAsync();
        for (var i = 1; i < 20; i++)
        {
            await worker.Loop.Submit(10, 7).Tokens.ReadAllAsync().ToListAsync();
        }

        var known = worker.Loop.Submit(10, 100);
        await known.Tokens.ReadAllAsync().ToListAsync();

        Assert.Equal((null, 7), (first.Request.PredictedOutputTokens, known.Request.PredictedOutputTokens));
    }

    [Theory]
    [InlineData("oracle")]
    [InlineData("noisy:50")]
    public async Task A_predictor_that_needs_the_truth_is_refused(string predictor)
    {
        var error = await Assert.ThrowsAsync<PolicyException>(() => WorkerServer.StartAsync(Predicted(predictor)));
        Assert.Contains("only a simulator knows the true output lengths", error.Message, StringComparison.Ordinal);
    }

    private static WorkerOptions Predicted(string predictor) => new(new EngineLimits(1000), new LinearStepTime(1, 0, 0, 0))
    {
        Engine = PolicySpec.Parse("srpt"),
        Predictor = PredictorSpec.Parse(predictor),
    };
}
