namespace HalfFull.Cli.Studies;

/// <summary>Engine policies that rest on one idea.</summary>
/// <param name="Part">Name of its part of the page.</param>
/// <param name="Title">Its name in the full tables.</param>
/// <param name="Rows">The policies, in the order in which they are shown.</param>
internal sealed record SurveyFamily(string Part, string Title, IReadOnlyList<SurveyRow> Rows)
{
    /// <summary>Policy whose figures the others are divided by; the first row of the first family.</summary>
    public const string Baseline = "vllm";

    /// <summary>Every policy of the catalogue, where its options change the idea more than once, and the bundles.</summary>
    public static IReadOnlyList<SurveyFamily> All { get; } =
    [
        new("arrival", "Order of arrival",
        [
            .. Each(Baseline, "vllm:full-gate=false", "vllm-priority", "vllm-v0", "sarathi", "splitfuse", "trt-max-util", "turbomind"),
        ]),
        new("reservation", "Memory for the whole output limit",
        [
            .. SurveyRow.AtBothLimits("trt-no-evict"), .. SurveyRow.AtBothLimits("tgi"), .. SurveyRow.AtBothLimits("orca"),
            .. SurveyRow.AtBothLimits("static"), .. Each("llamacpp-slots", "llamacpp-slots:slots=32"),
        ]),
        new("estimates", "Memory by estimate",
        [
            .. Each("sglang", "sglang:order=lof", "sglang:order=lpm", "sglang:order=dfs-weight", "sglang:order=hrrn"),
            .. SurveyRow.AtBothLimits("lightllm"), .. Each("past-future"),
        ]),
        new("shortest", "Shortest first",
        [
            .. Each("sjf-prompt"), .. SurveyRow.Predicted("srpt"), .. SurveyRow.Predicted("trail"), .. SurveyRow.Predicted("ltr"),
            .. SurveyRow.Predicted("mc-sf"), .. SurveyRow.Predicted("s3"),
        ]),
        new("service", "Attained service", [.. Each("fastserve", "autellix")]),
        new("fairness", "Fairness between tenants", [.. SurveyRow.AtBothLimits("vtc"), .. SurveyRow.AtBothLimits("drr"), .. Each("larry:fair=true")]),
        new("deadlines", "Deadlines and reading speed", [.. Each("fair-batching", "slai", "andes")]),
        new("gathering", "Gathering", [.. SurveyRow.Predicted("wait"), .. Each("nested-wait")]),
        new("ours", "Ours",
        [
            .. Each("larry", "larry:order=shortest", "larry:order=fcfs", "larry:order=hrrn", "larry:target=2s", "larry:gate=full-prompt", "larry:priority=aged"),
            SurveyRow.Of("larry:gate=oracle") with { Predictor = Prediction.PredictorSpec.Oracle },
        ]),
        new("releases", "Releases", [.. Each("vllm@0.11", "sglang@0.5", "trtllm@1.0", "tgi@3", "lightllm@1.0", "llamacpp@b6000")]),
    ];

    private static IEnumerable<SurveyRow> Each(params IEnumerable<string> engines) => engines.Select(SurveyRow.Of);
}
