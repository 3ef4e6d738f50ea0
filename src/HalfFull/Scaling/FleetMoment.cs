using System.Runtime.InteropServices;
using HalfFull.Routing;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Scaling;

/// <summary>What an autoscaler sees of a fleet; valid for one call.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly ref struct FleetMoment
{
    /// <summary>The time.</summary>
    public required TimeSpan Now { get; init; }

    /// <summary>The replicas that take requests, as routers see them.</summary>
    public required ReadOnlySpan<ReplicaView> Serving { get; init; }

    /// <summary>Replicas that start and do not take requests yet.</summary>
    public required int Starting { get; init; }

    /// <summary>Requests that wait at the gateways.</summary>
    public required int Held { get; init; }

    /// <summary>Replicas that take requests or soon will.</summary>
    public int Replicas => Serving.Length + Starting;

    /// <summary>Requests running, waiting and held.</summary>
    public long Requests
    {
        get
        {
            long sum = Held;
            foreach (ref readonly var view in Serving)
            {
                sum += Loads.Requests(view);
            }

            return sum;
        }
    }

    /// <summary>KV tokens that fit into a replica, the mean of those that are known; 0 when none is.</summary>
    public double MeanCapacityTokens
    {
        get
        {
            var (sum, known) = (0.0, 0);
            foreach (ref readonly var view in Serving)
            {
                sum += view.KvCapacityTokens ?? 0;
                known += view.KvCapacityTokens is > 0 ? 1 : 0;
            }

            return known > 0 ? sum / known : 0;
        }
    }

    /// <summary>KV tokens in use and those that queued prompts need, of all replicas.</summary>
    public long NeededKvTokens
    {
        get
        {
            var sum = 0L;
            foreach (ref readonly var view in Serving)
            {
                sum += Loads.KvTokens(view);
            }

            return sum;
        }
    }
}
