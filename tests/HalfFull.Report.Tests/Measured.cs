using HalfFull.Load.Documents;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Metrics;

namespace HalfFull.Report.Tests;

/// <summary>Documents as bench would have written them.</summary>
internal static class Measured
{
    private static readonly DistributionIntervals NoIntervals = new(null, null, null, null);
    private static readonly double[] Row = [0, 0.5, 0.9, 0.99, 0.999, 1];

    /// <summary>A run whose times grow tenfold with each nine from a median.</summary>
    internal static BenchEntry Run(double median, string url = "http://a:8000", double? rate = 4, string? slo = "ttft=2s") => new()
    {
        Url = url,
        Api = "chat",
        Model = "test",
        Unary = false,
        Arrivals = rate is null ? "closed" : "poisson",
        OfferedRequestsPerSecond = rate,
        Concurrency = rate is null ? 32 : null,
        Slo = slo,
        RateScale = 1,
        IgnoreEos = true,
        Seed = 1,
        Interrupted = false,
        Requests = 1000,
        Completed = 1000,
        Rejected = 0,
        Failed = 0,
        Cancelled = 0,
        Unfinished = 0,
        Excluded = 0,
        ExcludedFailed = 0,
        SlowReaders = 0,
        WithoutToken = 0,
        Errors = new Dictionary<string, long>(StringComparer.Ordinal),
        ErrorMessages = new Dictionary<string, string>(StringComparer.Ordinal),
        MakespanSeconds = 10,
        ServedSeconds = 10,
        RequestsPerSecond = 4,
        OutputTokensPerSecond = 400,
        OutputTokens = 4000,
        PromptTokensAsked = 10,
        PromptTokensCounted = 10,
        CachedTokens = 0,
        TtftSeconds = Figures(median),
        TpotSeconds = Figures(median / 10),
        ItlSeconds = Figures(median / 10),
        E2ESeconds = Figures(median * 3),
        NormalizedSeconds = Figures(median),
        TtftFromSendSeconds = Figures(median),
        E2EFromSendSeconds = Figures(median),
        Intervals = new LatencyIntervals(NoIntervals, NoIntervals, NoIntervals, NoIntervals, NoIntervals),
        Curves = new LatencyCurves(Row, Curve(median), Curve(median / 10), Curve(median / 10), Curve(median * 3)),
        SloAttainment = 0.9,
        GoodputRequestsPerSecond = 3.6,
        LatenessSeconds = Figures(0.001),
        Generator = GeneratorUse.None,
        Warnings = [],
    };

    internal static BenchDocument Document(params BenchEntry[] runs) =>
        new("halffull bench --url http://a:8000", "1.0.0", 1, new TraceIdentity("chat", "abc", 1000), runs);

    private static Distribution Figures(double median) => new(median, median, median * 10, median * 100, median * 1000);

    private static double[] Curve(double median) => [median / 2, median, median * 10, median * 100, median * 1000, median * 1000];
}
