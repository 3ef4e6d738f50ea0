using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;
using HalfFull.Routing;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Migration.Migrators;

/// <summary>
/// The rescheduling of Llumnix (Sun et al., OSDI 2024): replicas with little freeness, free KV memory for each request, give their shortest running sequence to those
/// with most. Makes up for growth that nobody could foresee; where all replicas are full it can do nothing, and it does not look at prefill.
/// </summary>
/// <param name="options">The threshold.</param>
[Policy("llumnix", "Moves the shortest running sequence from replicas with little free KV memory per request to those with most; helps nothing where all are full.")]
public sealed class LlumnixMigrator(LlumnixMigrator.Options options) : IMigrator
{
    private (double Freeness, int Replica, int Place)[] givers = [];
    private (double Freeness, int Replica, int Place)[] takers = [];

    /// <inheritdoc/>
    public MigrateOptions Bounds => options;

    /// <inheritdoc/>
    public int Pair(ReadOnlySpan<ReplicaView> replicas, Span<MigrationPair> pairs)
    {
        if (givers.Length < replicas.Length)
        {
            givers = new (double, int, int)[replicas.Length];
            takers = new (double, int, int)[replicas.Length];
        }

        var (giving, taking) = (0, 0);
        for (var i = 0; i < replicas.Length; i++)
        {
            ref readonly var view = ref replicas[i];
            var freeness = Freeness(view);
            if (view.State == ReplicaState.Draining)
            {
                givers[giving++] = (double.NegativeInfinity, view.Replica, i);
            }
            else if (freeness < options.Threshold)
            {
                givers[giving++] = (freeness, view.Replica, i);
            }
            else if (view.KvCapacityTokens is not null)
            {
                takers[taking++] = (-freeness, view.Replica, i);
            }
        }

        givers.AsSpan(0, giving).Sort();
        takers.AsSpan(0, taking).Sort();
        var count = Math.Min(giving, taking);
        for (var i = 0; i < count; i++)
        {
            pairs[i] = new MigrationPair(givers[i].Place, takers[i].Place);
        }

        return count;
    }

    /// <inheritdoc/>
    public int Choose(in ReplicaView source, in ReplicaView target, ReadOnlySpan<SequenceView> running)
    {
        var shortest = -1;
        for (var i = 0; i < running.Length; i++)
        {
            shortest = shortest < 0 || running[i].KvTokens < running[shortest].KvTokens ? i : shortest;
        }

        return shortest >= 0 && IsWorthIt(source, target, running[shortest].KvTokens) ? shortest : -1;
    }

    /// <summary>The target must not need help itself afterwards; while nobody drains, balanced pairs must come closer, too.</summary>
    private bool IsWorthIt(in ReplicaView source, in ReplicaView target, int tokens)
    {
        var after = Freeness(target, tokens, 1);
        if (after < options.Threshold || source.State == ReplicaState.Draining || options.Pairs == PairKind.Defragment)
        {
            return after >= options.Threshold;
        }

        var difference = after - Freeness(source, -tokens, -1);
        return difference > 0 && difference < Freeness(target) - Freeness(source);
    }

    /// <summary>Free KV tokens per request, about the steps that each can still decode; queued prompts count as used. Infinite where the capacity is unknown: no giver.</summary>
    private static double Freeness(in ReplicaView view, int moreTokens = 0, int moreRequests = 0) => view.KvCapacityTokens is { } capacity
        ? (capacity - Loads.KvTokens(view) - moreTokens) / (double)Math.Max(1, Loads.Requests(view) + moreRequests)
        : double.PositiveInfinity;

    /// <summary>What is demanded of a pair.</summary>
    public enum PairKind
    {
        /// <summary>Nothing but the threshold.</summary>
        Defragment,

        /// <summary>That the two come closer without changing places.</summary>
        Balanced,
    }

    /// <summary>Options of the policy.</summary>
    public sealed record Options : MigrateOptions
    {
        /// <summary>Least freeness.</summary>
        [Option("Free KV tokens per request below which a replica gives sequences away and never takes one; Llumnix: 3 blocks of 16.")]
        [Range(0.0, 1e9)]
        public double Threshold { get; init; } = 48;

        /// <summary>What is demanded of a pair.</summary>
        [Option("defragment: whatever the threshold allows; balanced: only what brings the two closer.")]
        public PairKind Pairs { get; init; }
    }
}
