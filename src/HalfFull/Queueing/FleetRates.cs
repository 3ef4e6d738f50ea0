using HalfFull.Policies;
using HalfFull.Scheduling;

namespace HalfFull.Queueing;

/// <summary>
/// The rates of a fleet: the sums over its replicas, of what their host has learned. A replica of which a rate is not known counts with the mean of the others,
/// and before anything is known with the figures that <c>sal</c> starts from.
/// </summary>
public sealed class FleetRates : IServiceRates, IRestorable
{
    private const double FirstPrefillRate = 10_000;
    private const double FirstReleaseRate = 500;
    private const double FirstMeanOutput = 256;

    /// <inheritdoc/>
    public double PrefillTokensPerSecond { get; private set; } = FirstPrefillRate;

    /// <inheritdoc/>
    public double ReleasedTokensPerSecond { get; private set; } = FirstReleaseRate;

    /// <inheritdoc/>
    public double MeanOutputTokens { get; private set; } = FirstMeanOutput;

    /// <summary>Whether the prefill rate of any replica is known.</summary>
    public bool IsLearned { get; private set; }

    /// <summary>Whether the release rate of any replica is known.</summary>
    public bool IsReleaseLearned { get; private set; }

    /// <summary>Takes the rates of the replicas that can serve. Without any it stays as it is.</summary>
    public void Take(ReadOnlySpan<FrontReplica> replicas)
    {
        if (replicas.IsEmpty)
        {
            return;
        }

        var (prefill, release, output) = (default(Known), default(Known), default(Known));
        foreach (ref readonly var replica in replicas)
        {
            prefill.Add(replica.View.PrefillTokensPerSecond);
            release.Add(replica.View.ReleasedTokensPerSecond);
            output.Add(replica.View.MeanOutputTokens);
        }

        IsLearned = prefill.Count > 0;
        IsReleaseLearned = release.Count > 0;
        PrefillTokensPerSecond = prefill.Mean(FirstPrefillRate) * replicas.Length;
        ReleasedTokensPerSecond = Math.Max(FirstReleaseRate, release.Mean(FirstReleaseRate)) * replicas.Length;
        MeanOutputTokens = output.Mean(FirstMeanOutput);
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Real(PrefillTokensPerSecond);
        state.Real(ReleasedTokensPerSecond);
        state.Real(MeanOutputTokens);
        state.Flag(IsLearned);
        state.Flag(IsReleaseLearned);
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        PrefillTokensPerSecond = state.Real();
        ReleasedTokensPerSecond = state.Real();
        MeanOutputTokens = state.Real();
        IsLearned = state.Flag();
        IsReleaseLearned = state.Flag();
    }

    private struct Known
    {
        internal int Count;
        private double sum;

        internal void Add(double? value)
        {
            if (value is { } known && double.IsFinite(known) && known > 0)
            {
                Count++;
                sum += known;
            }
        }

        internal readonly double Mean(double otherwise) => Count > 0 ? sum / Count : otherwise;
    }
}
