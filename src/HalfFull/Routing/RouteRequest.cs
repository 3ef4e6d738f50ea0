using System.Runtime.InteropServices;

namespace HalfFull.Routing;

/// <summary>The request to route.</summary>
/// <param name="Request">The request.</param>
/// <param name="Now">Time of the decision.</param>
/// <param name="Attempt">0 for the first try, 1 for the first retry, and so on.</param>
/// <param name="Gateways">Hosts that route to the same replicas, this one included.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RouteRequest(Request Request, TimeSpan Now, int Attempt = 0, int Gateways = 1);
