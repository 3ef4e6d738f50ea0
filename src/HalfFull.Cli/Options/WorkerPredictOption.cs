using System.CommandLine;
using HalfFull.Prediction;

namespace HalfFull.Cli.Options;

/// <summary><c>--predict</c> where requests are real, so that nobody knows how long an output will be.</summary>
internal static class WorkerPredictOption
{
    private const string Accepts = "none, quantile or quantile:Q (0 < Q < 1), or ranker:FILE";

    /// <summary>The option.</summary>
    public static Option<PredictorSpec?> Create() => TextOption.Of(
        "--predict", "SPEC", Read, $"Who predicts output lengths for the engine scheduler: {Accepts} [default: none]");

    private static PredictorSpec Read(string text)
    {
        var spec = PredictorSpec.Parse(text);
        return spec.NeedsTruth
            ? throw new FormatException($"--predict {text} needs the true output lengths, which only a simulator knows: give {Accepts}.")
            : spec;
    }
}
