using System.Runtime.InteropServices;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>Rates of the candidates, and what stands in for those that nobody knows: the mean of the known ones, never 0.</summary>
/// <param name="Prefill">Mean prefill rate, tokens per second.</param>
/// <param name="Release">Mean rate at which memory is freed, tokens per second.</param>
/// <param name="MeanOutput">Mean output tokens of a request.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FleetRates(double Prefill, double Release, double MeanOutput)
{
    /// <summary>Prefill tokens per second while no replica has told.</summary>
    public const double PrefillPrior = 10_000;

    private const double ReleasePrior = 500; // tokens per second
    private const double OutputPrior = 256; // tokens

    public static FleetRates Of(ReadOnlySpan<ReplicaView> candidates)
    {
        var (prefill, release, output) = (0.0, 0.0, 0.0);
        var (prefills, releases, outputs) = (0, 0, 0);
        foreach (ref readonly var view in candidates)
        {
            Add(view.PrefillTokensPerSecond, ref prefill, ref prefills);
            Add(view.ReleasedTokensPerSecond, ref release, ref releases);
            Add(view.MeanOutputTokens, ref output, ref outputs);
        }

        return new FleetRates(
            prefills > 0 ? prefill / prefills : PrefillPrior,
            releases > 0 ? release / releases : ReleasePrior,
            outputs > 0 ? output / outputs : OutputPrior);
    }

    /// <summary>Prefill tokens per second of a replica.</summary>
    public double PrefillOf(in ReplicaView view) => Known(view.PrefillTokensPerSecond) ?? Prefill;

    /// <summary>KV tokens that a replica frees per second.</summary>
    public double ReleaseOf(in ReplicaView view) => Known(view.ReleasedTokensPerSecond) ?? Release;

    /// <summary>Mean output tokens of a replica's requests.</summary>
    public double OutputOf(in ReplicaView view) => Known(view.MeanOutputTokens) ?? MeanOutput;

    /// <summary>A rate as reported; null when nobody knows it or what was reported cannot be one, such as the 0 of an engine that has done nothing yet.</summary>
    private static double? Known(double? rate) => rate is { } value && double.IsFinite(value) && value > 0 ? value : null;

    private static void Add(double? value, ref double sum, ref int count)
    {
        if (Known(value) is { } known)
        {
            sum += known;
            count++;
        }
    }
}
