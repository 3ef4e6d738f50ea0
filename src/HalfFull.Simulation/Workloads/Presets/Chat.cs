using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Lengths;

namespace HalfFull.Simulation.Workloads.Presets;

/// <summary>
/// Chat traffic, fitted by <c>scripts/fit-presets.cs</c> to the conversation trace of Azure LLM inference 2023
/// (CC-BY; Patel et al., "Splitwise", ISCA 2024). The error of the fit is in <c>docs/workloads.md</c>.
/// </summary>
internal static class Chat
{
    private const double Rate = 5.53;

    // Near-Poisson gaps whose rate rises and falls once in the trace's hour, by more than a quarter.
    private static readonly GammaGaps Gaps = new(1.05);

    private static readonly BandedLengths Lengths = new(
        new QuantileTable(
            (0, 2), (0.005, 17), (0.02, 91), (0.035, 174), (0.12, 222), (0.13, 242), (0.145, 369), (0.37, 424), (0.39, 456), (0.41, 863),
            (0.44, 972), (0.5, 1020), (0.72, 1147), (0.82, 1368), (0.855, 1970), (0.9, 2734), (0.92, 4073), (0.99, 4142), (0.998, 5652), (1, 14050)),
        new QuantileTable((0, 11), (0.0302, 12), (0.0802, 58), (0.2249, 99), (0.5002, 161), (0.9, 217), (0.9698, 223), (0.9901, 280), (1, 1000)),
        new QuantileTable((0, 7), (0.0025, 14), (0.0901, 18), (0.1248, 48), (0.2099, 60), (0.5, 82), (0.9, 113), (0.9901, 157), (1, 436)),
        new QuantileTable((0, 25), (0.0149, 67), (0.0599, 81), (0.5, 99), (0.7198, 111), (0.9, 139), (0.9599, 153), (0.9901, 182), (1, 200)),
        new QuantileTable((0, 10), (0.0149, 40), (0.0802, 74), (0.3901, 129), (0.4401, 373), (0.5, 387), (0.9, 440), (0.9901, 604), (1, 921)),
        new QuantileTable((0, 33), (0.055, 373), (0.1649, 388), (0.5002, 407), (0.8049, 434), (0.9, 483), (0.9649, 578), (0.9901, 667), (1, 1000)),
        new QuantileTable((0, 28), (0.0302, 75), (0.0599, 116), (0.0802, 371), (0.5, 405), (0.8302, 442), (0.9, 500), (0.9901, 661), (1, 1000)),
        new QuantileTable((0, 15), (0.0198, 42), (0.1599, 67), (0.5, 134), (0.7851, 236), (0.8149, 373), (0.9, 407), (0.9901, 594), (1, 954)),
        new QuantileTable((0, 17), (0.005, 26), (0.095, 36), (0.5, 64), (0.695, 87), (0.9, 138), (0.9698, 171), (0.9901, 241), (1, 757)));

    public static Preset Preset { get; } = new("chat", new SingleStream(Gaps, Lengths, Rate) { Swing = 0.29, SwingRequests = 19_366 }.Rows)
    {
        Summary = "Chat: near-Poisson arrivals, prompts of about 1,000 tokens, answers of about 200; fitted to Azure 2023 conversation.",
        RequestsPerSecond = Rate,
        DefaultRequests = 20_000,
        LongestPromptTokens = Lengths.MaxPromptTokens,
        LongestOutputTokens = Lengths.MaxOutputTokens,
    };
}
