using System.Runtime.InteropServices;
using HalfFull.Routing;

namespace HalfFull.Scheduling;

/// <summary>What a front scheduler knows of a replica that can serve a lane: what the router sees, and how much there has not been started.</summary>
/// <param name="View">What the router sees.</param>
/// <param name="UnstartedTokens">Prefill tokens there that have not been computed yet, as the host believes now.</param>
/// <param name="UnstartedRequests">Requests there that have not been started, as the host believes now.</param>
/// <param name="IsReported">Whether the replica has lately told of its own load. Without, the number of its requests is limited too.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FrontReplica(ReplicaView View, long UnstartedTokens, int UnstartedRequests, bool IsReported);
