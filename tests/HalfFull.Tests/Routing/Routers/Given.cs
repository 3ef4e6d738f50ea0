using HalfFull.Routing;

namespace HalfFull.Tests.Routing.Routers;

/// <summary>Makes what routers are asked about.</summary>
internal static class Given
{
    internal static RouteRequest Route(long id = 0, int prompt = 1000, int gateways = 1) =>
        new(new Request(id, TimeSpan.Zero, prompt, 100), TimeSpan.Zero, Gateways: gateways);

    /// <summary>A replica that reported: idle, 10,000 tokens/s of prefill, 1,000 tokens/s released, 100,000 tokens of KV, outputs of 200 tokens.</summary>
    internal static ReplicaView Idle(int replica) => new()
    {
        Replica = replica,
        Running = 0,
        Waiting = 0,
        QueuedPrefillTokens = 0,
        KvTokensInUse = 0,
        KvTokensQueued = 0,
        KvCapacityTokens = 100_000,
        PrefillTokensPerSecond = 10_000,
        ReleasedTokensPerSecond = 1_000,
        MeanOutputTokens = 200,
        CachedPromptTokens = 0,
    };

    /// <summary>A replica that has reported nothing.</summary>
    internal static ReplicaView Unknown(int replica) => new() { Replica = replica };

    /// <summary>A replica in some random state; a figure in five is unknown.</summary>
    internal static ReplicaView Random(int replica, Rng rng)
    {
        var prompts = rng.NextInt32(20_000);
        return new ReplicaView
        {
            Replica = replica,
            Age = TimeSpan.FromMilliseconds(rng.NextInt32(500)),
            Latency = TimeSpan.FromMilliseconds(rng.NextInt32(20)),
            Running = Maybe(rng.NextInt32(50)),
            Waiting = Maybe(rng.NextInt32(20)),
            QueuedPrefillTokens = Maybe(rng.NextInt32(50_000)),
            KvTokensInUse = Maybe(rng.NextInt32(100_000)),
            KvTokensQueued = Maybe(rng.NextInt32(50_000)),
            KvCapacityTokens = Maybe(100_000),
            PrefillTokensPerSecond = Maybe(1_000 + rng.NextInt32(30_000)),
            ReleasedTokensPerSecond = Maybe(500 + rng.NextInt32(5_000)),
            MeanOutputTokens = Maybe(1 + rng.NextInt32(1_000)),
            CachedPromptTokens = Maybe(rng.NextInt32(500)),
            InFlightRequests = rng.NextInt32(60),
            InFlightPromptTokens = prompts,
            InFlightStreaming = rng.NextInt32(10),
            InFlightPrefillTokens = prompts / 3,
            InFlightOutputTokens = Maybe(rng.NextInt32(1000)),
            SecondsPerStep = Maybe(1) * 0.03,
            UnreportedRequests = rng.NextInt32(3),
            UnreportedPrefillTokens = prompts / 4,
            UnreportedPromptTokens = prompts / 2,
        };

        int? Maybe(int value) => rng.NextInt32(5) == 0 ? null : value;
    }

    /// <summary>Replicas that chose of a router, one for each request id from 0.</summary>
    internal static int[] Chosen(IRouter router, int requests, params ReplicaView[] candidates) =>
        [.. Enumerable.Range(0, requests).Select(id => candidates[router.Choose(Route(id), candidates, default).Index].Replica)];

    /// <summary>Scores that a router gives the candidates.</summary>
    internal static double[] Scores(IRouter router, in RouteRequest request, params ReplicaView[] candidates)
    {
        var scores = new double[candidates.Length];
        router.Choose(request, candidates, scores);
        return scores;
    }
}
