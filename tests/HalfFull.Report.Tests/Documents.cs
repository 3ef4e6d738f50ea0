using HalfFull.Metrics;

namespace HalfFull.Report.Tests;

/// <summary>Documents as earlier runs would have written them.</summary>
internal static class Documents
{
    private static readonly Distribution None = new(0, 0, 0, 0, 0);

    /// <summary>One run of which no request completed.</summary>
    internal static RunDocument Failed => Document(Entry("vllm", None) with { Completed = 0, Failed = 100 });

    /// <summary>One run with a mean TTFT.</summary>
    internal static RunDocument Of(string engine, double ttft, double rateScale = 1, long seed = 1) =>
        Document(Entry(engine, new Distribution(ttft, ttft / 2, ttft * 2, ttft * 4, ttft * 8)) with { RateScale = rateScale, Seed = seed });

    internal static RunDocument Document(params RunEntry[] runs) => new("halffull simulate --json run.json", "1.0.0", 1, new TraceIdentity("chat", "abc", 100), runs);

    private static RunEntry Entry(string engine, Distribution ttft) => new()
    {
        Engine = engine,
        Router = "sal",
        Replicas = 4,
        Fleet = "a100:4",
        Gpu = "a100",
        Model = "llama-3-8b",
        Tp = 1,
        StepModel = "fitted",
        Overhead = "none",
        KvBlocks = [1000],
        BlockSize = 16,
        Predict = "none",
        RateScale = 1,
        Load = null,
        CapacityRequestsPerSecond = null,
        Seed = 1,
        Requests = 100,
        Completed = 100,
        Rejected = 0,
        Failed = 0,
        Preemptions = 1,
        RecomputedTokens = 2,
        MakespanSeconds = 10,
        RequestsPerSecond = 10,
        OutputTokensPerSecond = 1000,
        TtftSeconds = ttft,
        TpotSeconds = ttft,
        ItlSeconds = ttft,
        E2ESeconds = ttft,
        QueueSeconds = ttft,
        Slowdown = ttft,
        SloAttainment = 0.5,
        GoodputRequestsPerSecond = 5,
        KvUsageMean = 0.5,
        Imbalance = 1.1,
        Steps = 100,
        WallSeconds = 1,
        SimulatedRequestsPerSecond = 100,
        DecisionHash = "0123456789abcdef",
    };
}
