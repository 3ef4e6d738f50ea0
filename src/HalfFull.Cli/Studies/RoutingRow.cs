using HalfFull.Policies;
using HalfFull.Prediction;

namespace HalfFull.Cli.Studies;

/// <summary>A router of the study.</summary>
/// <param name="Router">The router with its options.</param>
/// <param name="Predictor">Who predicts output lengths for it.</param>
internal sealed record RoutingRow(PolicySpec Router, PredictorSpec Predictor)
{
    /// <summary>What the others are compared with.</summary>
    public static RoutingRow Baseline { get; } = Of("least-requests");

    /// <summary>Our router.</summary>
    public static RoutingRow Sal { get; } = Of("sal");

    /// <summary>The scorers that llm-d ships with.</summary>
    public static RoutingRow LlmD { get; } = Of("llmd");

    /// <summary>All that are compared with fresh views, the baseline first.</summary>
    public static IReadOnlyList<RoutingRow> All { get; } =
    [
        Baseline, Of("round-robin"), Of("random"), Of("p2c"), Of("least-tokens"), Of("hash-bounded"), Of("prefix-affinity"), Of("sglang-cache-aware"), Of("ray-prefix"),
        Of("aibrix-prefix"), Of("lmetric"), Of("preble"), Of("dynamo"), LlmD, Of("llumnix"), Of("prequal"), Of("block"), Of("mixture"),
        Sal, Of("sal:form=time"), Of("sal:form=weight-free"), Of("oracle-work") with { Predictor = PredictorSpec.Oracle },
    ];

    /// <summary>Those that are compared under old reports and with several gateways: by own counts, by prefixes, by the figures of the engines.</summary>
    public static IReadOnlyList<RoutingRow> UnderOldViews { get; } =
        [Baseline, Of("p2c"), Of("sglang-cache-aware"), Of("lmetric"), Of("dynamo"), LlmD, Of("llmd:stale=1min"), Of("prequal"), Sal];

    /// <summary>Such as <c>`oracle-work`, oracle</c>.</summary>
    public string Label => $"`{Router}`{(Predictor.IsNone ? string.Empty : $", {Predictor}")}";

    private static RoutingRow Of(string router) => new(PolicySpec.Parse(router), PredictorSpec.None);
}
