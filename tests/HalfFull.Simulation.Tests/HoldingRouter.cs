using HalfFull.Routing;

namespace HalfFull.Simulation.Tests;

/// <summary>Sends to the candidate with the fewest requests in flight, and holds while the candidates together have as many as it allows.</summary>
internal sealed class HoldingRouter(int mostInFlight) : IRouter
{
    /// <summary>Most requests in flight that it has seen.</summary>
    internal int MostSeen { get; private set; }

    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var (inFlight, best) = (0, 0);
        for (var i = 0; i < candidates.Length; i++)
        {
            inFlight += candidates[i].InFlightRequests;
            best = candidates[i].InFlightRequests < candidates[best].InFlightRequests ? i : best;
        }

        MostSeen = Math.Max(MostSeen, inFlight);
        return inFlight < mostInFlight ? RouteDecision.Route(best, "room") : RouteDecision.Hold("full");
    }
}
