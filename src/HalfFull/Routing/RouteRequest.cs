using System.Runtime.InteropServices;

namespace HalfFull.Routing;

/// <summary>The request to route. Replicas that it must not get, such as those tried before, are not among the candidates: the host leaves them out.</summary>
/// <param name="Request">The request.</param>
/// <param name="Now">Time of the decision.</param>
/// <param name="Attempt">0 for the first try, 1 for the first retry, and so on.</param>
/// <param name="Gateways">Hosts that route to the same replicas, this one included.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RouteRequest(Request Request, TimeSpan Now, int Attempt = 0, int Gateways = 1)
{
    /// <summary>
    /// Stands for the model, adapter and cache salt asked for, as <see cref="Prefix.PrefixSeed"/> makes it: equal prompts share cached prefixes only when these
    /// are equal. 0 where all requests are alike in them.
    /// </summary>
    public ulong PrefixSeed { get; init; }
}
