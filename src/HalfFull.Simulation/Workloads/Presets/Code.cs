using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Lengths;

namespace HalfFull.Simulation.Workloads.Presets;

/// <summary>
/// Code completion, fitted by <c>scripts/fit-presets.cs</c> to the code trace of Azure LLM inference 2023
/// (CC-BY; Patel et al., "Splitwise", ISCA 2024). The error of the fit is in <c>docs/workloads.md</c>.
/// </summary>
internal static class Code
{
    private const double Rate = 2.566;

    // Microseconds. Bursts of requests some milliseconds apart, and silences of minutes: no gamma or Weibull law comes near.
    private static readonly QuantileTable GapMicros = new(
        (0, 6), (0.0301, 61), (0.11, 258), (0.125, 683), (0.35, 5345), (0.4399, 33471), (0.4999, 63784), (0.55, 89551), (0.755, 105382),
        (0.82, 190223), (0.88, 208331), (0.9, 272778), (0.965, 503345), (0.99, 2205167), (0.995, 10124387), (0.998, 40301603), (0.999, 78444134),
        (1, 217168952));

    // The trace's output hardly depends on the prompt (rank correlation -0.02), so there is one band.
    private static readonly BandedLengths Lengths = new(
        new QuantileTable(
            (0, 3), (0.0025, 10), (0.0249, 44), (0.05, 75), (0.095, 139), (0.225, 484), (0.29, 745), (0.325, 863), (0.5, 1469), (0.62, 2024),
            (0.765, 2844), (0.84, 3714), (0.9, 5186), (0.955, 7418), (0.99, 7436), (1, 7437)),
        new QuantileTable(
            (0, 6), (0.08, 6), (0.0851, 7), (0.135, 7), (0.225, 9), (0.27, 9), (0.5, 13), (0.69, 19), (0.815, 31), (0.9, 55), (0.945, 84),
            (0.9699, 128), (0.99, 252), (0.998, 666), (1, 1899)));

    public static Preset Preset { get; } = new("code", new SingleStream(new TableGaps(GapMicros), Lengths, Rate).Rows)
    {
        Summary = "Code completion: extreme bursts, prompts of about 2,000 tokens, answers of about 30; fitted to Azure 2023 code.",
        RequestsPerSecond = Rate,
        DefaultRequests = 9_000,
        LongestPromptTokens = Lengths.MaxPromptTokens,
        LongestOutputTokens = Lengths.MaxOutputTokens,
    };
}
