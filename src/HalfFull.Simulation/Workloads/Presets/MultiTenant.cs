using HalfFull.Simulation.Workloads.Arrivals;

namespace HalfFull.Simulation.Workloads.Presets;

/// <summary>
/// Many tenants of very different rate, burstiness and lengths, fitted by <c>scripts/fit-presets.cs</c> to a sample of ServeGen's
/// m-mid clients (Apache-2.0; Xiang et al., arXiv 2505.09999). Within a tenant, longer prompts go with longer outputs, as in the sample.
/// The error of the fit is in <c>docs/workloads.md</c>.
/// </summary>
internal static class MultiTenant
{
    private const double Rate = 7.986;

    // Name, requests in the trace's hour, gaps, and (probability, prompt tokens, output tokens).
    private static readonly TenantMix Mix = new(
        Rate,
        new Tenant("60", 9956, new WeibullGaps(10.16),
            (0, 33, 1), (0.001, 132, 8), (0.035, 134, 11), (0.275, 146, 25), (0.5, 161, 38), (0.82, 188, 62), (0.9, 216, 81), (0.97, 278, 122),
            (0.99, 358, 168), (1, 1072, 616)),
        new Tenant("66", 5287, new GammaGaps(1.07),
            (0, 375, 11), (0.001, 796, 11), (0.5, 800, 11), (0.775, 804, 11), (0.79, 804, 15), (0.815, 805, 17), (0.9, 807, 20), (0.96, 814, 24),
            (0.99, 832, 30), (1, 2335, 114)),
        new Tenant("30", 3052, new GammaGaps(1.03),
            (0, 184, 1), (0.37, 204, 1), (0.42, 618, 4), (0.5, 638, 5), (0.67, 688, 25), (0.755, 807, 26), (0.805, 2662, 27), (0.9, 3674, 29),
            (0.99, 4701, 49), (1, 6066, 316)),
        new Tenant("101", 2545, new GammaGaps(1.39),
            (0, 46, 3), (0.01, 107, 4), (0.06, 143, 5), (0.11, 167, 5), (0.5, 234, 9), (0.68, 238, 18), (0.9, 245, 23), (0.965, 339, 26),
            (0.99, 417, 33), (1, 1172, 423)),
        new Tenant("23", 1508, new GammaGaps(2.05),
            (0, 29, 1), (0.015, 29, 3), (0.24, 29, 3), (0.255, 30, 4), (0.5, 30, 4), (0.6, 30, 5), (0.715, 31, 5), (0.9, 31, 7), (0.99, 32, 11),
            (1, 32, 22)),
        new Tenant("14", 1086, new GammaGaps(2.99),
            (0, 148, 1), (0.015, 201, 27), (0.065, 239, 34), (0.07, 279, 37), (0.13, 279, 57), (0.5, 279, 63), (0.585, 279, 68), (0.9, 279, 78),
            (0.99, 279, 87), (1, 279, 91)),
        new Tenant("25", 977, new WeibullGaps(2.88),
            (0, 344, 99), (0.005, 347, 336), (0.03, 350, 382), (0.11, 355, 417), (0.5, 368, 488), (0.805, 398, 548), (0.9, 442, 584),
            (0.965, 519, 623), (0.99, 617, 668), (1, 781, 760)),
        new Tenant("10", 976, new GammaGaps(2.55),
            (0, 344, 255), (0.005, 348, 352), (0.04, 351, 387), (0.2, 357, 430), (0.501, 367, 482), (0.741, 386, 533), (0.901, 429, 575),
            (0.97, 517, 623), (0.99, 607, 664), (1, 756, 745)),
        new Tenant("31", 798, new WeibullGaps(1.21),
            (0, 220, 3), (0.015, 405, 13), (0.065, 426, 16), (0.44, 518, 22), (0.499, 773, 23), (0.755, 939, 28), (0.9, 1121, 39), (0.97, 1160, 62),
            (0.99, 1199, 232), (1, 1565, 275)),
        new Tenant("22", 788, new WeibullGaps(1.16),
            (0, 393, 12), (0.055, 425, 16), (0.41, 514, 22), (0.501, 786, 23), (0.654, 833, 26), (0.835, 1091, 33), (0.9, 1122, 42),
            (0.95, 1146, 58), (0.99, 1202, 248), (1, 1708, 283)),
        new Tenant("13", 750, new WeibullGaps(1.82),
            (0, 132, 1), (0.215, 134, 1), (0.22, 134, 2), (0.499, 139, 2), (0.805, 161, 2), (0.81, 161, 3), (0.9, 164, 3), (0.975, 169, 3),
            (0.991, 173, 21), (1, 180, 72)),
        new Tenant("5", 272, new GammaGaps(1.2),
            (0, 85, 19), (0.074, 236, 26), (0.151, 426, 174), (0.502, 450, 295), (0.9, 514, 383), (0.97, 569, 407), (1, 2154, 776)),
        new Tenant("35", 162, new GammaGaps(0.92),
            (0, 482, 60), (0.118, 490, 76), (0.497, 557, 100), (0.814, 654, 140), (0.901, 777, 228), (0.95, 798, 270), (1, 895, 407)),
        new Tenant("49", 140, new WeibullGaps(3.2),
            (0, 782, 40), (0.201, 812, 49), (0.468, 838, 61), (0.504, 842, 65), (0.899, 894, 90), (0.993, 910, 94), (1, 926, 99)),
        new Tenant("79", 129, new GammaGaps(1.4),
            (0, 348, 357), (0.078, 353, 399), (0.5, 368, 487), (0.852, 401, 552), (0.898, 434, 579), (0.992, 512, 622), (1, 613, 668)),
        new Tenant("103", 72, new GammaGaps(2.16), (0, 261, 1), (0.507, 342, 2), (0.789, 1395, 94), (0.901, 1468, 153), (1, 1845, 468)),
        new Tenant("9", 58, new WeibullGaps(0.88), (0, 56, 17), (0.281, 394, 253), (0.491, 4714, 1804), (0.895, 4714, 2289), (1, 4750, 2760)),
        new Tenant("17", 53, new GammaGaps(2.05), (0, 111, 19), (0.019, 245, 20), (0.5, 253, 25), (0.904, 274, 46), (1, 442, 104)),
        new Tenant("18", 51, new GammaGaps(1.42), (0, 210, 1), (0.4, 239, 1), (0.5, 245, 5), (0.9, 721, 5), (1, 3413, 469)),
        new Tenant("69", 50, new GammaGaps(0.87), (0, 604, 1), (0.327, 607, 1), (0.49, 611, 2), (0.898, 620, 4), (1, 654, 10)),
        new Tenant("72", 17, GammaGaps.Poisson, (0, 140, 30), (0.5, 299, 71), (1, 527, 98)),
        new Tenant("82", 16, GammaGaps.Poisson, (0, 257, 8), (0.533, 308, 43), (1, 1631, 79)),
        new Tenant("52", 5, GammaGaps.Poisson, (0, 2240, 21), (0.5, 2679, 25), (1, 3050, 46)),
        new Tenant("91", 1, GammaGaps.Poisson, (0, 32434, 183), (1, 32434, 183)),
        new Tenant("46", 1, GammaGaps.Poisson, (0, 2834, 647), (1, 2834, 647)));

    public static Preset Preset { get; } = new("multi-tenant", Mix.Rows)
    {
        Summary = "Multi-tenant: 25 tenants of very different rates, burstiness and lengths; fitted to a ServeGen sample (m-mid).",
        RequestsPerSecond = Rate,
        DefaultRequests = 30_000,
        LongestPromptTokens = Mix.MaxPromptTokens,
        LongestOutputTokens = Mix.MaxOutputTokens,
    };
}
