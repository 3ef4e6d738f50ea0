using System.Runtime.CompilerServices;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>
/// Rates of the candidates, and what stands in for those that nobody knows: the mean of the known ones, never 0. The means are taken when the first is needed: mostly
/// all rates are known, and a pass over a thousand views costs as much as a decision.
/// </summary>
internal ref struct FleetRates
{
    /// <summary>Prefill tokens per second while no replica has told.</summary>
    public const double PrefillPrior = 10_000;

    private const double ReleasePrior = 500; // tokens per second
    private const double OutputPrior = 256; // tokens
    private readonly ReadOnlySpan<ReplicaView> candidates;
    private bool hasMeans;
    private double prefill;
    private double release;
    private double output;

    private FleetRates(ReadOnlySpan<ReplicaView> candidates) => this.candidates = candidates;

    public static FleetRates Of(ReadOnlySpan<ReplicaView> candidates) => new(candidates);

    /// <summary>A rate as reported; 0 when nobody knows it or what was reported cannot be one, such as the 0 of an engine that has done nothing yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Known(double? rate)
    {
        var value = rate.GetValueOrDefault();
        return value is > 0 and <= double.MaxValue ? value : 0;
    }

    /// <summary>Prefill tokens per second of a replica.</summary>
    public double PrefillOf(in ReplicaView view) => Known(view.PrefillTokensPerSecond) is > 0 and var known ? known : Means().Prefill;

    /// <summary>KV tokens that a replica frees per second.</summary>
    public double ReleaseOf(in ReplicaView view) => Known(view.ReleasedTokensPerSecond) is > 0 and var known ? known : Means().Release;

    /// <summary>Mean output tokens of a replica's requests.</summary>
    public double OutputOf(in ReplicaView view) => Known(view.MeanOutputTokens) is > 0 and var known ? known : Means().Output;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private (double Prefill, double Release, double Output) Means()
    {
        if (!hasMeans)
        {
            hasMeans = true;
            var (prefills, releases, outputs) = (0, 0, 0);
            foreach (ref readonly var view in candidates)
            {
                Add(view.PrefillTokensPerSecond, ref prefill, ref prefills);
                Add(view.ReleasedTokensPerSecond, ref release, ref releases);
                Add(view.MeanOutputTokens, ref output, ref outputs);
            }

            prefill = prefills > 0 ? prefill / prefills : PrefillPrior;
            release = releases > 0 ? release / releases : ReleasePrior;
            output = outputs > 0 ? output / outputs : OutputPrior;
        }

        return (prefill, release, output);
    }

    private static void Add(double? value, ref double sum, ref int count)
    {
        if (Known(value) is > 0 and var known)
        {
            sum += known;
            count++;
        }
    }
}
