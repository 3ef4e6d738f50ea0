using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Routing;

namespace HalfFull.Simulation.Gateways;

/// <summary>
/// The gateways of a run. A hash of seed and request picks the gateway of a request, so that a retry comes back to the same one; each has its own router, seed and
/// ledger and knows of the others only what reports show.
/// </summary>
internal sealed class GatewaySet
{
    private readonly Dispatcher[] gateways;
    private readonly ulong stream;

    internal GatewaySet(Dispatcher[] gateways, ulong seed)
    {
        this.gateways = gateways;
        stream = Rng.Mix(seed ^ 0x6A7E);
    }

    /// <summary>Hash of the decisions of all, in order.</summary>
    internal ulong DecisionHash => gateways.Skip(1).Aggregate(gateways[0].DecisionHash, static (hash, gateway) => Rng.Mix(hash ^ gateway.DecisionHash));

    /// <summary>Why a request that no replica can ever run was refused; null while there is none.</summary>
    internal string? FirstRefusal => gateways.Select(static gateway => gateway.FirstRefusal).FirstOrDefault(static refusal => refusal is not null);

    /// <summary>What the routers have learned, the mean of all for each name.</summary>
    internal IReadOnlyList<LearnedFigure> Learned => gateways.Length == 1
        ? gateways[0].Learned
        : [.. gateways.SelectMany(static gateway => gateway.Learned)
            .GroupBy(static figure => figure.Name, StringComparer.Ordinal)
            .Select(static group => new LearnedFigure(group.Key, group.Average(static figure => figure.Value)))];

    /// <summary>Whether nothing is reserved any more.</summary>
    internal bool IsLedgerZero => Array.TrueForAll(gateways, static gateway => gateway.IsLedgerZero);

    /// <summary>The gateway of a request.</summary>
    internal Dispatcher Of(long requestId) => gateways.Length == 1
        ? gateways[0]
        : gateways[(int)Math.BigMul(Rng.Mix(stream ^ Rng.Mix((ulong)requestId)), (ulong)gateways.Length, out _)];

    /// <summary>A request that has its first token goes on at another replica.</summary>
    internal void Moved(Request request, int from, int to) => Of(request.Id).Moved(request, from, to);

    /// <summary>A replica has died, and every request there has been reported as ended.</summary>
    internal void Died(int replica) => Array.ForEach(gateways, gateway => gateway.Died(replica));

    /// <summary>A replica will take nothing any more.</summary>
    internal void Removed(int replica) => Array.ForEach(gateways, gateway => gateway.Removed(replica));

    /// <summary>The routers of a run's gateways.</summary>
    /// <param name="setup">The run.</param>
    /// <param name="rng">Generator of the run, from which each gateway has its own.</param>
    /// <exception cref="SimulationException">A router needs predictions, and there are none.</exception>
    internal static IRouter[] Routers(SimulationSetup setup, Rng rng) => Routers(setup, setup.Router, rng, setup.Seed);

    /// <summary>Those that choose among replicas that decode.</summary>
    /// <exception cref="SimulationException">A router needs predictions, and there are none.</exception>
    internal static IRouter[] DecodeRouters(SimulationSetup setup, Rng rng)
    {
        var own = rng.Fork("decode");
        return Routers(setup, setup.DecodeRouter ?? setup.Router, own, own.Fork("ties").NextUInt64());
    }

    private static IRouter[] Routers(SimulationSetup setup, PolicySpec router, Rng rng, ulong seed)
    {
        var routers = new IRouter[setup.Gateways];
        for (var i = 0; i < routers.Length; i++)
        {
            // A gateway that is alone draws as one always did.
            var own = routers.Length == 1 ? rng : rng.Fork($"gateway-{i}");
            var ties = routers.Length == 1 ? seed : own.Fork("ties").NextUInt64();
            routers[i] = PolicyCatalogs.Routers.Create(router, own, new RouterSeed(ties));
            if (routers[i].NeedsPrediction && setup.Predictor.IsNone)
            {
                throw new SimulationException($"Router '{router}' needs predicted output lengths; add --predict quantile, ranker:FILE, noisy:SIGMA or oracle.");
            }
        }

        return routers;
    }
}
