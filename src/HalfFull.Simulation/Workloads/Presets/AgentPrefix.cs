using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Lengths;

namespace HalfFull.Simulation.Workloads.Presets;

/// <summary>
/// Long conversations that share growing prefixes, fitted by <c>scripts/fit-presets.cs</c> to Mooncake's conversation trace
/// (Apache-2.0; Qin et al., FAST 2025). The error of the fit is in <c>docs/workloads.md</c>.
/// </summary>
internal static class AgentPrefix
{
    private const double Rate = 3.4;
    private const int MaxPrompt = 126_195;

    private static readonly double[] Continue = [0.31, 0.42, 0.51, 0.59, 0.59, 0.68, 0.77, 0.72, 0.78, 0.67];

    private static readonly QuantileTable Output = new(
        (0, 1), (0.035, 7), (0.075, 17), (0.145, 42), (0.185, 85), (0.22, 122), (0.275, 189), (0.355, 261), (0.42, 305), (0.5, 350), (0.825, 522),
        (0.9, 597), (0.95, 698), (0.975, 835), (0.99, 1120), (1, 2000));

    private static readonly SessionStream Stream = new()
    {
        UnitTokens = 512,
        Starts = new GammaGaps(1.9),
        SessionsPerSecond = Rate / SessionStream.MeanTurns(Continue),
        TickSeconds = 3,
        Continue = Continue,
        Edited = 0.15,
        FirstPrompt = new QuantileTable(
            (0, 891), (0.115, 910), (0.155, 953), (0.205, 1110), (0.28, 1537), (0.31, 1878), (0.37, 3298), (0.405, 4014), (0.5, 5264), (0.655, 8969),
            (0.85, 19433), (0.9, 25561), (0.94, 34383), (0.965, 47536), (0.99, 89867), (1, 126195)),
        NewTokens = new QuantileTable(
            (0, 1), (0.1099, 1), (0.1501, 6), (0.405, 16), (0.5, 26), (0.55, 33), (0.6349, 72), (0.79, 595), (0.8651, 3264), (0.8999, 4192),
            (0.9601, 8004), (0.9899, 16705), (0.998, 33670), (1, 91467)),
        Output = Output,
        TurnSeconds = new QuantileTable(
            (0, 1), (0.0049, 9), (0.0249, 21), (0.0599, 32.999), (0.1449, 51), (0.4999, 123), (0.6049, 162.001), (0.7949, 309.001),
            (0.8999, 482.999), (0.9601, 645.001), (0.9899, 1473), (1, 3030)),
        MaxPromptTokens = MaxPrompt,
    };

    public static Preset Preset { get; } = new("agent-prefix", Stream.Rows)
    {
        Summary = "Agents: sessions of several turns whose prompts of about 12,000 tokens share growing prefixes; fitted to Mooncake conversation.",
        RequestsPerSecond = Rate,
        DefaultRequests = 12_000,
        LongestPromptTokens = MaxPrompt,
        LongestOutputTokens = Output.Max,
    };
}
