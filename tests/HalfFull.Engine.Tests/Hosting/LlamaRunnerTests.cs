using HalfFull.Engine.Hosting;
using HalfFull.Engine.Native;
using HalfFull.Engine.Schedulers;
using HalfFull.Metrics;

namespace HalfFull.Engine.Tests.Hosting;

public sealed class LlamaRunnerTests
{
    [NativeFact]
    public void Every_request_of_a_random_schedule_with_swaps_and_recomputes_gets_the_tokens_that_it_gets_alone()
    {
        const int Output = 24;
        var rng = new Rng(7);
        var requests = Enumerable.Range(0, 64).Select(i => Given.Request(i, Given.Prompt((ulong)i, 5 + rng.NextInt32(90)), Output)).ToArray();
        using var runner = new LlamaRunner(Given.Tiny, Given.Exact, StepClock.ThreadCpu());
        var alone = Alone(runner, requests);
        Assert.True(alone.Count(tokens => tokens.Value.Distinct().Count() > Output / 2) > 60, "the model's text varies, so that equality means something");

        // Fewer blocks than all need, and host memory for some of the preempted only.
        var limits = runner.Limits(kvBlocks: 40) with { SwapTokens = 120 };
        var together = new Dictionary<long, List<int>>();
        var replay = new EngineReplay(limits, new RandomScheduler(new Rng(3)), Given.Rates(limits), runner, Collect(together));
        var records = replay.Run(requests);

        Assert.Equal(64, records.Count(record => record.Outcome == Outcome.Completed && record.OutputTokens == Output));
        Assert.True(runner.Stats.SwapsIn > 10, $"{runner.Stats.SwapsIn} came back from host memory");
        Assert.True(replay.Replica.RecomputedTokens > 100, $"{replay.Replica.RecomputedTokens} tokens were computed again");
        Assert.Equal((0, 0), (runner.Stats.NoRoom, runner.Stats.RepairedTokens));
        Assert.All(requests, request => Assert.Equal(alone[request.Request.Id], together[request.Request.Id]));
    }

    [NativeFact]
    public void A_chunked_prefill_beside_decodes_gives_the_tokens_of_a_whole_one()
    {
        var requests = Enumerable.Range(0, 6).Select(i => Given.Request(i, Given.Prompt((ulong)i, 100), 16, arrival: i * 0.0001)).ToArray();
        using var runner = new LlamaRunner(Given.Tiny, Given.Exact with { BatchTokens = 24 }, StepClock.ThreadCpu());
        var alone = Alone(runner, requests);
        var together = new Dictionary<long, List<int>>();
        var limits = runner.Limits();
        new EngineReplay(limits, new Sarathi(new Sarathi.Options()), Given.Rates(limits), runner, Collect(together)).Run(requests);
        Assert.All(requests, request => Assert.Equal(alone[request.Request.Id], together[request.Request.Id]));
    }

    [NativeFact]
    public void A_unified_cache_holds_what_the_core_counts_to_the_last_block()
    {
        var options = Given.Exact with { KvMode = KvMode.Unified, KvTokens = 512, Sequences = 16 };
        using var runner = new LlamaRunner(Given.Tiny, options, StepClock.ThreadCpu());
        var limits = runner.Limits();
        Assert.Equal(512, limits.KvCapacityTokens);
        var requests = Enumerable.Range(0, 24).Select(i => Given.Request(i, Given.Prompt((ulong)i, 16 + (i * 7)), 40)).ToArray();
        var replay = new EngineReplay(limits, new RandomScheduler(new Rng(5)), Given.Rates(limits), runner);
        var records = replay.Run(requests);
        Assert.All(records, record => Assert.Equal((Outcome.Completed, 40), (record.Outcome, record.OutputTokens)));
        Assert.True(replay.Replica.Preemptions > 20, "memory was short");
        Assert.Equal(0, runner.Stats.NoRoom);
    }

    [NativeFact]
    public void A_cache_smaller_than_the_core_was_told_fails_what_does_not_fit_and_goes_on()
    {
        var options = Given.Exact with { KvMode = KvMode.Unified, KvTokens = 256, Sequences = 8 };
        using var runner = new LlamaRunner(Given.Tiny, options, StepClock.ThreadCpu());
        var lied = new EngineLimits(64) { MaxSequences = 8, TokenBudget = 128, PrefixCaching = false };
        var requests = Enumerable.Range(0, 8).Select(i => Given.Request(i, Given.Prompt((ulong)i, 60), 20)).ToArray();
        var records = new EngineReplay(lied, new Vllm(new Vllm.Options()), Given.Rates(lied), runner).Run(requests);
        Assert.Equal(8, records.Count);
        Assert.Contains(records, record => record.Outcome == Outcome.Failed);
        Assert.Contains(records, record => record.Outcome == Outcome.Completed);
        Assert.True(runner.Stats.NoRoom > 0, "the library had no room");
    }

    [NativeFact]
    public void Limits_beyond_the_cache_are_refused()
    {
        using var runner = new LlamaRunner(Given.Tiny, Given.Exact, StepClock.ThreadCpu());
        Assert.Equal((128, 256), (runner.Limits().KvBlocks, runner.Limits().MaxModelLength));
        Assert.Contains("128 blocks", Assert.Throws<ArgumentException>(() => runner.Limits(kvBlocks: 129)).Message, StringComparison.Ordinal);
        Assert.Contains("256 tokens", Assert.Throws<ArgumentException>(() => runner.Limits(maxModelLength: 257)).Message, StringComparison.Ordinal);
    }

    [NativeFact]
    public void The_same_seed_draws_the_same_tokens()
    {
        using var runner = new LlamaRunner(Given.Tiny, Given.Exact, StepClock.ThreadCpu());
        var drawn = Given.Greedy with { Temperature = 1, TopP = 0.9, Seed = 11 };
        var tokens = Alone(runner, [Given.Request(0, Given.Prompt(1, 20), 30, sampling: drawn), Given.Request(1, Given.Prompt(1, 20), 30, sampling: drawn),
            Given.Request(2, Given.Prompt(1, 20), 30, sampling: drawn with { Seed = 12 })]);
        Assert.Equal(tokens[0], tokens[1]);
        Assert.NotEqual(tokens[0], tokens[2]);
    }

    private static Dictionary<long, List<int>> Alone(LlamaRunner runner, IReadOnlyList<ReplayedRequest> requests)
    {
        var tokens = new Dictionary<long, List<int>>();
        foreach (var request in requests)
        {
            var limits = runner.Limits();
            var alone = request with { Request = request.Request with { Arrival = TimeSpan.Zero } };
            new EngineReplay(limits, new Vllm(new Vllm.Options()), Given.Rates(limits), runner, Collect(tokens)).Run([alone]);
        }

        return tokens;
    }

    private static Action<Sequence, GeneratedToken> Collect(Dictionary<long, List<int>> tokens) => (sequence, token) =>
    {
        if (!tokens.TryGetValue(sequence.Request.Id, out var list))
        {
            tokens.Add(sequence.Request.Id, list = []);
        }

        list.Add(token.Id);
    };
}
