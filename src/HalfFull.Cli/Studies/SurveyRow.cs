using HalfFull.Policies;
using HalfFull.Prediction;

namespace HalfFull.Cli.Studies;

/// <summary>An engine policy of the survey.</summary>
/// <param name="Engine">The policy with its options, or a bundle.</param>
/// <param name="Predictor">Who predicts output lengths for it.</param>
/// <param name="TightLimit">Whether requests without an output limit get the smallest power of two that holds the longest output of the trace, instead of the default.</param>
internal sealed record SurveyRow(PolicySpec Engine, PredictorSpec Predictor, bool TightLimit)
{
    /// <summary>Such as <c>`trail`, noisy:50</c>.</summary>
    public string Label => $"`{Engine}`{(Predictor.IsNone ? string.Empty : $", {Predictor}")}{(TightLimit ? ", tight limit" : string.Empty)}";

    /// <summary>A policy that predicts nothing.</summary>
    public static SurveyRow Of(string engine) => new(PolicySpec.Parse(engine), PredictorSpec.None, TightLimit: false);

    /// <summary>A policy at the default output limit and at a tight one.</summary>
    public static SurveyRow[] AtBothLimits(string engine) => [Of(engine), Of(engine) with { TightLimit = true }];

    /// <summary>A policy told by an oracle, by predictions that err, and by what past outputs tell.</summary>
    public static SurveyRow[] Predicted(string engine) =>
        [.. ((string[])["oracle", "noisy:50", "quantile"]).Select(predictor => Of(engine) with { Predictor = PredictorSpec.Parse(predictor) })];
}
