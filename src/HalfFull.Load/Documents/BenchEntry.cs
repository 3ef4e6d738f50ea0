using System.Text.Json.Serialization;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Plans;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Metrics;

namespace HalfFull.Load.Documents;

/// <summary>One run in a <see cref="BenchDocument"/>: names are those of <c>halffull.run/1</c> where they mean the same.</summary>
public sealed record BenchEntry
{
    /// <summary>Address of the server.</summary>
    public required string Url { get; init; }

    /// <summary><c>chat</c> or <c>completions</c>.</summary>
    public required string Api { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>The gateway's policy, such as <c>router=sal,queue=larry</c>; null when it was not switched.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Policy { get; init; }

    /// <summary>Whether whole responses were asked for instead of streams.</summary>
    public required bool Unary { get; init; }

    /// <summary>How requests arrive: <c>trace</c>, <c>constant</c>, <c>poisson</c>, <c>gamma</c>, <c>ramp</c> or <c>closed</c>.</summary>
    public required string Arrivals { get; init; }

    /// <summary>Mean arrival rate asked for; null in a closed loop.</summary>
    public required double? OfferedRequestsPerSecond { get; init; }

    /// <summary>Requests in flight in a closed loop; null in an open one.</summary>
    public required int? Concurrency { get; init; }

    /// <summary>The bounds that attainment and goodput count, as text; null when there are none.</summary>
    public string? Slo { get; init; }

    /// <summary>By how much the trace's arrival rate was multiplied.</summary>
    public required double RateScale { get; init; }

    /// <summary>Whether the server generates up to the limit whatever the model says.</summary>
    public required bool IgnoreEos { get; init; }

    /// <summary>Seed of the run.</summary>
    public required long Seed { get; init; }

    /// <summary>Whether the run was interrupted.</summary>
    public required bool Interrupted { get; init; }

    /// <inheritdoc cref="LoadSummary.Requests"/>
    public required long Requests { get; init; }

    /// <inheritdoc cref="LoadSummary.Completed"/>
    public required long Completed { get; init; }

    /// <inheritdoc cref="LoadSummary.Rejected"/>
    public required long Rejected { get; init; }

    /// <inheritdoc cref="LoadSummary.Failed"/>
    public required long Failed { get; init; }

    /// <inheritdoc cref="LoadSummary.Cancelled"/>
    public required long Cancelled { get; init; }

    /// <inheritdoc cref="LoadSummary.Unfinished"/>
    public required long Unfinished { get; init; }

    /// <inheritdoc cref="LoadSummary.Excluded"/>
    public required long Excluded { get; init; }

    /// <inheritdoc cref="LoadSummary.ExcludedFailed"/>
    public required long ExcludedFailed { get; init; }

    /// <inheritdoc cref="LoadSummary.SlowReaders"/>
    public required long SlowReaders { get; init; }

    /// <inheritdoc cref="LoadSummary.WithoutToken"/>
    public required long WithoutToken { get; init; }

    /// <inheritdoc cref="LoadSummary.Errors"/>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <inheritdoc cref="LoadSummary.ErrorMessages"/>
    public required IReadOnlyDictionary<string, string> ErrorMessages { get; init; }

    /// <inheritdoc cref="LoadSummary.Makespan"/>
    public required double MakespanSeconds { get; init; }

    /// <summary>Length of the window over which throughput and goodput are counted.</summary>
    public required double ServedSeconds { get; init; }

    /// <inheritdoc cref="LoadSummary.RequestsPerSecond"/>
    public required double RequestsPerSecond { get; init; }

    /// <inheritdoc cref="LoadSummary.OutputTokensPerSecond"/>
    public required double OutputTokensPerSecond { get; init; }

    /// <inheritdoc cref="LoadSummary.OutputTokens"/>
    public required long OutputTokens { get; init; }

    /// <inheritdoc cref="LoadSummary.PromptTokensAsked"/>
    public required long PromptTokensAsked { get; init; }

    /// <inheritdoc cref="LoadSummary.PromptTokensCounted"/>
    public required long PromptTokensCounted { get; init; }

    /// <inheritdoc cref="LoadSummary.CachedTokens"/>
    public required long CachedTokens { get; init; }

    /// <inheritdoc cref="LoadSummary.TtftSeconds"/>
    public required Distribution TtftSeconds { get; init; }

    /// <inheritdoc cref="LoadSummary.TpotSeconds"/>
    public required Distribution TpotSeconds { get; init; }

    /// <inheritdoc cref="LoadSummary.ItlSeconds"/>
    public required Distribution ItlSeconds { get; init; }

    /// <inheritdoc cref="LoadSummary.E2ESeconds"/>
    [JsonPropertyName("e2eSeconds")]
    public required Distribution E2ESeconds { get; init; }

    /// <inheritdoc cref="LoadSummary.NormalizedSeconds"/>
    public required Distribution NormalizedSeconds { get; init; }

    /// <inheritdoc cref="LoadSummary.TtftFromSendSeconds"/>
    public required Distribution TtftFromSendSeconds { get; init; }

    /// <inheritdoc cref="LoadSummary.E2EFromSendSeconds"/>
    [JsonPropertyName("e2eFromSendSeconds")]
    public required Distribution E2EFromSendSeconds { get; init; }

    /// <inheritdoc cref="LoadSummary.Intervals"/>
    public required LatencyIntervals Intervals { get; init; }

    /// <inheritdoc cref="LoadSummary.Curves"/>
    public required LatencyCurves Curves { get; init; }

    /// <summary>The file with one line for each request, as it was given; null when none was written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Records { get; init; }

    /// <inheritdoc cref="LoadSummary.SloAttainment"/>
    public required double SloAttainment { get; init; }

    /// <inheritdoc cref="LoadSummary.GoodputRequestsPerSecond"/>
    public required double GoodputRequestsPerSecond { get; init; }

    /// <inheritdoc cref="LoadSummary.LatenessSeconds"/>
    public required Distribution LatenessSeconds { get; init; }

    /// <summary>How busy the generator was.</summary>
    public required GeneratorUse Generator { get; init; }

    /// <summary>Reasons to doubt the figures; empty when there are none.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Puts a run together.</summary>
    public static BenchEntry Of(Target target, LoadPlan plan, string arrivals, LoadSummary summary, GeneratorUse generator, bool interrupted)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(generator);
        return new BenchEntry
        {
            Url = target.Client.Endpoint.ToString(),
            Api = target.Client.Endpoint.Api == ApiKind.Chat ? "chat" : "completions",
            Model = target.Model,
            Unary = plan.Unary,
            Arrivals = arrivals,
            OfferedRequestsPerSecond = plan.Concurrency is null ? plan.Workload.RequestsPerSecond : null,
            Concurrency = plan.Concurrency,
            Slo = plan.Slo == Metrics.Slo.None ? null : plan.Slo.ToString(),
            RateScale = plan.Workload.RateScale,
            IgnoreEos = target.Support.IgnoreEos,
            Seed = (long)plan.Seed,
            Interrupted = interrupted,
            Requests = summary.Requests,
            Completed = summary.Completed,
            Rejected = summary.Rejected,
            Failed = summary.Failed,
            Cancelled = summary.Cancelled,
            Unfinished = summary.Unfinished,
            Excluded = summary.Excluded,
            ExcludedFailed = summary.ExcludedFailed,
            SlowReaders = summary.SlowReaders,
            WithoutToken = summary.WithoutToken,
            Errors = summary.Errors,
            ErrorMessages = summary.ErrorMessages,
            MakespanSeconds = summary.Makespan.TotalSeconds,
            ServedSeconds = summary.Served.Length.TotalSeconds,
            RequestsPerSecond = summary.RequestsPerSecond,
            OutputTokensPerSecond = summary.OutputTokensPerSecond,
            OutputTokens = summary.OutputTokens,
            PromptTokensAsked = summary.PromptTokensAsked,
            PromptTokensCounted = summary.PromptTokensCounted,
            CachedTokens = summary.CachedTokens,
            TtftSeconds = summary.TtftSeconds,
            TpotSeconds = summary.TpotSeconds,
            ItlSeconds = summary.ItlSeconds,
            E2ESeconds = summary.E2ESeconds,
            NormalizedSeconds = summary.NormalizedSeconds,
            TtftFromSendSeconds = summary.TtftFromSendSeconds,
            E2EFromSendSeconds = summary.E2EFromSendSeconds,
            Intervals = summary.Intervals,
            Curves = summary.Curves,
            SloAttainment = summary.SloAttainment,
            GoodputRequestsPerSecond = summary.GoodputRequestsPerSecond,
            LatenessSeconds = summary.LatenessSeconds,
            Generator = generator,
            Warnings = [.. LoadWarnings.Of(plan, summary, generator)],
        };
    }
}
