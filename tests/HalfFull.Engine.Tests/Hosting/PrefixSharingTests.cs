using HalfFull.Engine.Hosting;
using HalfFull.Engine.Native;
using HalfFull.Engine.Schedulers;
using HalfFull.Metrics;

namespace HalfFull.Engine.Tests.Hosting;

public sealed class PrefixSharingTests
{
    private const int Unit = 16;
    private static readonly Lazy<Dictionary<long, List<int>>> Alone = new(PlayAlone);

    [NativeFact]
    public void Every_request_with_a_shared_prefix_gets_the_tokens_that_it_gets_alone_in_a_split_cache() => Play(Given.Exact, kvBlocks: 40);

    [NativeFact]
    public void Every_request_with_a_shared_prefix_gets_the_tokens_that_it_gets_alone_in_a_unified_cache() =>
        Play(Given.Exact with { KvMode = KvMode.Unified, KvTokens = 768 }, kvBlocks: 40);

    [NativeFact]
    public void A_unified_cache_holds_what_the_core_counts_to_the_last_block_while_prefixes_are_kept()
    {
        // Few numbers, so that prefixes go for want of one too.
        using var runner = new LlamaRunner(Given.Tiny, Given.Exact with { KvMode = KvMode.Unified, KvTokens = 512, KeptPrefixes = 3 }, StepClock.ThreadCpu());
        var limits = runner.Limits();
        Assert.Equal(512, limits.KvCapacityTokens);
        var replay = new EngineReplay(limits, new RandomScheduler(new Rng(5)), Given.Rates(limits), runner);
        var records = replay.Run(Requests(48, new Rng(9)));
        Assert.All(records, record => Assert.Equal(Outcome.Completed, record.Outcome));
        Assert.True(replay.Replica.Preemptions > 20, "memory was short");
        Assert.True(runner.Stats.TakenTokens > 500, $"{runner.Stats.TakenTokens} tokens were taken over");
        Assert.Equal((0, 0), (runner.Stats.NoRoom, runner.Stats.RepairedTokens));
    }

    [NativeFact]
    public void A_second_request_computes_only_what_the_first_has_not()
    {
        foreach (var mode in new[] { KvMode.Split, KvMode.Unified })
        {
            using var runner = new LlamaRunner(Given.Tiny, Given.Exact with { KvMode = mode }, StepClock.ThreadCpu());
            var limits = runner.Limits();
            var records = new EngineReplay(limits, new Vllm(new Vllm.Options()), Given.Rates(limits), runner).Run(
                [Request(0, Given.Prompt(1, 100), 4), Request(1, [.. Given.Prompt(1, 70), .. Given.Prompt(2, 30)], 4, arrival: 100)]);
            Assert.Equal([0, 64], records.OrderBy(record => record.Id).Select(record => record.CachedTokens));
            Assert.Equal((64, 0), (runner.Stats.TakenTokens, runner.Stats.RepairedTokens));
        }
    }

    [NativeFact]
    public void A_kept_prefix_outlives_requests_that_need_its_place()
    {
        // One after the other on two seats: each takes the lowest one, where the one before lies.
        using var runner = new LlamaRunner(Given.Tiny, Given.Exact with { Sequences = 2, KvTokens = 512 }, StepClock.ThreadCpu());
        var limits = runner.Limits();
        var records = new EngineReplay(limits, new Vllm(new Vllm.Options()), Given.Rates(limits), runner).Run(
            [Request(0, Given.Prompt(1, 100), 4), Request(1, Given.Prompt(2, 100), 4, arrival: 100), Request(2, Given.Prompt(1, 100), 4, arrival: 200),
                Request(3, Given.Prompt(3, 100), 4, arrival: 300), Request(4, Given.Prompt(2, 100), 4, arrival: 400)]);

        // The last one's was kept longest ago when the fourth came, and the core was told that it has gone.
        Assert.Equal([0, 0, 96, 0, 0], records.OrderBy(record => record.Id).Select(record => record.CachedTokens));
        Assert.Equal(0, runner.Stats.RepairedTokens);
    }

    [NativeFact]
    public void A_hash_that_lies_is_found_out()
    {
        using var runner = new LlamaRunner(Given.Tiny, Given.Exact, StepClock.ThreadCpu());
        var (honest, liar) = (Given.Prompt(1, 40), Given.Prompt(2, 40));
        var alone = Tokens(runner, [Given.Request(1, liar, 12)]);
        var lie = Request(1, liar, 12, arrival: 100);
        lie = lie with { Request = lie.Request with { PrefixHashes = TokenPrefix.Hashes(honest, Unit) } };
        var together = Tokens(runner, [Request(0, honest, 12), lie]);
        Assert.Equal(alone[1], together[1]);
        Assert.Equal(32, runner.Stats.RepairedTokens);
    }

    private static void Play(ContextOptions options, int kvBlocks)
    {
        var requests = Requests(64, new Rng(11));
        var alone = Alone.Value;
        using var runner = new LlamaRunner(Given.Tiny, options, StepClock.ThreadCpu());
        var limits = runner.Limits(kvBlocks: kvBlocks) with { SwapTokens = 150 };
        var together = new Dictionary<long, List<int>>();
        var replay = new EngineReplay(limits, new RandomScheduler(new Rng(3)), Given.Rates(limits), runner, Collect(together));
        var records = replay.Run(requests);
        Assert.Equal(64, records.Count(record => record.Outcome == Outcome.Completed));
        Assert.True(runner.Stats.TakenTokens > 800, $"{runner.Stats.TakenTokens} tokens were taken over");
        Assert.True(runner.Stats.SwapsIn > 10, $"{runner.Stats.SwapsIn} came back from host memory");
        Assert.True(replay.Replica.RecomputedTokens > 100, $"{replay.Replica.RecomputedTokens} tokens were computed again");
        Assert.Equal((0, 0), (runner.Stats.NoRoom, runner.Stats.RepairedTokens));
        Assert.All(requests, request => Assert.Equal(alone[request.Request.Id], together[request.Request.Id]));
    }

    private static Dictionary<long, List<int>> PlayAlone()
    {
        using var runner = new LlamaRunner(Given.Tiny, Given.Exact, StepClock.ThreadCpu());
        var alone = Requests(64, new Rng(11))
            .Select(request => Tokens(runner, [request with { Request = request.Request with { PrefixHashes = default, PrefixUnitTokens = 0 } }]).Single())
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        Assert.Equal(0, runner.Stats.TakenTokens);
        return alone;
    }

    /// <summary>Requests that begin with one of four texts, some of them with a second text in common.</summary>
    private static ReplayedRequest[] Requests(int count, Rng rng) => [.. Enumerable.Range(0, count).Select(id =>
    {
        var system = Given.Prompt((ulong)rng.NextInt32(4), 50);
        var second = Given.Prompt(100 + (ulong)rng.NextInt32(3), rng.NextInt32(2) * 30);
        return Request(id, [.. system, .. second, .. Given.Prompt(1000 + (ulong)id, 1 + rng.NextInt32(40))], 24);
    })];

    private static ReplayedRequest Request(long id, int[] prompt, int output, double arrival = 0)
    {
        var request = Given.Request(id, prompt, output, arrival);
        return request with { Request = request.Request with { PrefixHashes = TokenPrefix.Hashes(prompt, Unit), PrefixUnitTokens = Unit } };
    }

    private static Dictionary<long, List<int>> Tokens(LlamaRunner runner, IReadOnlyList<ReplayedRequest> requests)
    {
        var tokens = new Dictionary<long, List<int>>();
        var limits = runner.Limits();
        new EngineReplay(limits, new Vllm(new Vllm.Options()), Given.Rates(limits), runner, Collect(tokens)).Run(requests);
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
