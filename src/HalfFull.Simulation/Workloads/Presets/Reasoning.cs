using HalfFull.Simulation.Workloads.Arrivals;

namespace HalfFull.Simulation.Workloads.Presets;

/// <summary>
/// Reasoning models, whose outputs are long and two-peaked, fitted by <c>scripts/fit-presets.cs</c> to a sample of ServeGen's
/// reasoning clients (Apache-2.0; Xiang et al., arXiv 2505.09999), with its 26 tenants. The error of the fit is in
/// <c>docs/workloads.md</c>.
/// </summary>
internal static class Reasoning
{
    private const double Rate = 1.9875;

    // Name, requests in the trace's hour, gaps, and (probability, prompt tokens, output tokens).
    private static readonly TenantMix Mix = new(
        Rate,
        new Tenant("35", 3694, new WeibullGaps(5.57),
            (0, 7, 279), (0.02, 13, 1081), (0.06, 18, 1558), (0.215, 36, 2343), (0.5, 69, 3696), (0.785, 131, 6052), (0.9, 232, 8393),
            (0.94, 348, 9864), (0.99, 1584, 14947), (1, 6874, 26415)),
        new Tenant("48", 816, new GammaGaps(1.06),
            (0, 248, 114), (0.01, 254, 175), (0.075, 258, 254), (0.501, 265, 486), (0.645, 267, 608), (0.829, 272, 959), (0.901, 277, 1315),
            (0.964, 286, 1912), (0.99, 464, 3002), (1, 521, 4340)),
        new Tenant("30", 544, GammaGaps.Poisson,
            (0, 4, 69), (0.02, 10, 385), (0.07, 14, 487), (0.114, 58, 603), (0.324, 715, 883), (0.501, 1092, 1098), (0.58, 1495, 1198),
            (0.901, 9967, 2000), (0.991, 14368, 3059), (1, 17635, 4344)),
        new Tenant("66", 264, new GammaGaps(1.34),
            (0, 14, 644), (0.027, 23, 1641), (0.175, 36, 2910), (0.502, 60, 6047), (0.901, 123, 15525), (0.966, 166, 19012), (1, 343, 25020)),
        new Tenant("18", 231, new GammaGaps(1.05),
            (0, 4, 72), (0.039, 6, 430), (0.196, 8, 708), (0.5, 12, 1012), (0.804, 31, 1340), (0.9, 61, 1446), (1, 1237, 2509)),
        new Tenant("53", 198, new GammaGaps(1.22),
            (0, 90, 92), (0.061, 90, 146), (0.497, 157, 271), (0.64, 259, 314), (0.66, 1059, 320), (0.898, 1133, 445), (1, 1316, 780)),
        new Tenant("23", 194, new WeibullGaps(3.23),
            (0, 12, 247), (0.026, 173, 336), (0.104, 197, 449), (0.497, 244, 592), (0.902, 321, 763), (0.974, 392, 941), (1, 757, 4842)),
        new Tenant("64", 171, new GammaGaps(2.51),
            (0, 100, 131), (0.071, 102, 271), (0.5, 147, 475), (0.612, 159, 531), (0.9, 304, 685), (0.988, 341, 799), (1, 381, 1047)),
        new Tenant("15", 140, new GammaGaps(0.93),
            (0, 3943, 543), (0.029, 6209, 706), (0.165, 9129, 834), (0.504, 14934, 1115), (0.683, 18313, 1363), (0.899, 25279, 2232),
            (1, 31890, 3786)),
        new Tenant("24", 136, new GammaGaps(1.68),
            (0, 50, 192), (0.044, 377, 385), (0.2, 472, 670), (0.504, 544, 821), (0.756, 598, 893), (0.904, 880, 976), (1, 1446, 1371)),
        new Tenant("68", 119, new WeibullGaps(0.8),
            (0, 35, 285), (0.068, 2142, 429), (0.119, 3370, 490), (0.246, 5520, 637), (0.5, 7872, 806), (0.898, 12562, 1252), (1, 17160, 1873)),
        new Tenant("62", 115, new WeibullGaps(0.88),
            (0, 739, 154), (0.175, 1160, 212), (0.5, 1234, 269), (0.798, 1240, 398), (0.904, 1406, 761), (0.982, 1716, 1355), (1, 1983, 3338)),
        new Tenant("5", 100, new GammaGaps(2.04), (0, 24, 242), (0.081, 54, 608), (0.505, 251, 1511), (0.899, 2337, 5191), (1, 7196, 11977)),
        new Tenant("32", 73, new GammaGaps(2.18), (0, 60, 153), (0.5, 62, 324), (0.903, 69, 512), (0.986, 85, 623), (1, 162, 1221)),
        new Tenant("37", 72, new GammaGaps(0.81), (0, 85, 220), (0.042, 183, 292), (0.507, 232, 478), (0.901, 394, 875), (1, 594, 1397)),
        new Tenant("19", 67, new GammaGaps(1.2), (0, 4, 41), (0.167, 1457, 123), (0.5, 4303, 228), (0.894, 9373, 387), (1, 14086, 594)),
        new Tenant("65", 45, new WeibullGaps(2.84), (0, 1366, 516), (0.182, 10933, 757), (0.5, 27160, 950), (0.909, 34686, 3443), (1, 44295, 4096)),
        new Tenant("58", 40, new GammaGaps(2.09), (0, 179, 286), (0.026, 232, 302), (0.513, 390, 554), (0.897, 690, 891), (1, 752, 1096)),
        new Tenant("6", 39, new GammaGaps(2.32), (0, 63, 263), (0.5, 77, 444), (0.658, 82, 475), (0.895, 117, 642), (1, 225, 813)),
        new Tenant("21", 29, new WeibullGaps(1.02), (0, 61, 118), (0.071, 63, 204), (0.5, 65, 299), (0.893, 84, 531), (1, 159, 1306)),
        new Tenant("17", 19, GammaGaps.Poisson, (0, 537, 642), (0.5, 723, 970), (1, 848, 1467)),
        new Tenant("70", 18, GammaGaps.Poisson, (0, 759, 190), (0.471, 850, 286), (1, 1049, 478)),
        new Tenant("20", 14, GammaGaps.Poisson, (0, 953, 634), (0.462, 1924, 746), (1, 3659, 3419)),
        new Tenant("38", 13, GammaGaps.Poisson, (0, 6, 202), (0.5, 1225, 868), (1, 5232, 1202)),
        new Tenant("28", 4, GammaGaps.Poisson, (0, 26, 78), (0.667, 3321, 1126), (1, 4320, 1343)),
        new Tenant("14", 1, GammaGaps.Poisson, (0, 1084, 1298), (1, 1084, 1298)));

    public static Preset Preset { get; } = new("reasoning", Mix.Rows)
    {
        Summary = "Reasoning: prompts of about 1,000 tokens, two-peaked answers of about 3,000; fitted to a ServeGen sample (reasoning).",
        RequestsPerSecond = Rate,
        DefaultRequests = 7_000,
        LongestPromptTokens = Mix.MaxPromptTokens,
        LongestOutputTokens = Mix.MaxOutputTokens,
    };
}
