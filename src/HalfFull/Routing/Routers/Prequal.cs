using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// Prequal (Wydrowski et al., NSDI 2024): a pool of recent probes of random replicas; those with more requests than the pool's 84th percentile are hot and avoided, among
/// the cold the least latency wins, the latency being the time to first token seen at about as many requests. A probe here is a look at a view that later decisions
/// use, as an answer that came too late for its own. Robust to staleness and herds, blind to sizes, prefixes and memory.
/// </summary>
[Policy("prequal", "Least expected first-token time among probed replicas that are not hot, as Prequal; robust when state is stale, blind to size, prefix and memory.")]
public sealed class Prequal(Prequal.Options options, RouterSeed seed) : IRouter, IRestorable
{
    private const ulong Probing = 0x9E0B;
    private readonly ProbePool pool = new(options.Pool, options.Age);
    private readonly PerReplica<LatencyByLoad> latencies = new();
    private readonly OpenRequests<int> loads = new();

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        pool.Expire(request.Now);
        var hot = pool.Quantile(options.HotQuantile);
        scores.Fill(double.NaN);
        var cold = new LeastScore(seed.Value, request.Request.Id);
        var all = new LeastScore(seed.Value, request.Request.Id);
        var usable = 0;
        for (var i = 0; i < candidates.Length; i++)
        {
            ref readonly var view = ref candidates[i];
            if (!pool.TryGet(view.Replica, out var requests))
            {
                continue;
            }

            usable++;
            all.Offer(i, view.Replica, requests);
            if (requests <= hot)
            {
                cold.Offer(i, view.Replica, latencies.Of(view).SecondsAt(requests), requests);
            }
        }

        Probe(request, candidates);
        if (usable < 2)
        {
            // Too few answers: at random, by the least hash.
            var (drawn, _) = TwoDrawn.Of(seed.Value, request, candidates, ~Probing);
            return Chosen(drawn, 0, "too few probes, at random", scores);
        }

        return cold.Index >= 0 ? Chosen(cold.Index, cold.Score, "least latency of the cold", scores) : Chosen(all.Index, all.Score, "all hot, fewest requests", scores);
    }

    /// <inheritdoc/>
    public void Dispatched(in RouteRequest request, in ReplicaView replica)
    {
        loads.Set(request.Request.Id, Loads.Requests(replica));
        pool.Used(replica.Replica);
    }

    /// <inheritdoc/>
    public void FirstToken(Request request, int replica, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (loads.Remove(request.Id, out var load))
        {
            latencies.Of(replica).Add(load, (now - request.Arrival).TotalSeconds);
        }
    }

    /// <inheritdoc/>
    public void Ended(in Metrics.RequestRecord record) => loads.Remove(record.Id, out _);

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        pool.Save(state);
        latencies.Save(state);
        loads.Save(state, static (to, load) => to.Whole(load));
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        pool.Restore(ref state);
        latencies.Restore(ref state);
        loads.Restore(ref state, static (ref StateReader from) => from.Whole32());
    }

    private static RouteDecision Chosen(int index, double score, string reason, Span<double> scores)
    {
        if (!scores.IsEmpty)
        {
            scores[index] = score;
        }

        return RouteDecision.Route(index, reason);
    }

    /// <summary>Looks at a few replicas at random, for the decisions to come.</summary>
    private void Probe(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates)
    {
        for (var probe = 0; probe < options.Probes; probe++)
        {
            var (drawn, _) = TwoDrawn.Of(seed.Value, request, candidates, Probing + (ulong)probe);
            pool.Add(candidates[drawn].Replica, Loads.Requests(candidates[drawn]), request.Now - candidates[drawn].Age);
        }
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Probes for each request.</summary>
        [Option("Replicas probed for each request.")]
        [Range(1, 64)]
        public int Probes { get; init; } = 3;

        /// <summary>Size of the pool.</summary>
        [Option("Probes kept.")]
        [Range(2, 1024)]
        public int Pool { get; init; } = 16;

        /// <summary>Age of a probe.</summary>
        [Option("Age at which a probe is dropped.")]
        public TimeSpan Age { get; init; } = TimeSpan.FromSeconds(1);

        /// <summary>Where hot begins.</summary>
        [Option("Quantile of the probed request counts above which a replica is hot.")]
        [Range(0.0, 1.0)]
        public double HotQuantile { get; init; } = 0.84;
    }
}
