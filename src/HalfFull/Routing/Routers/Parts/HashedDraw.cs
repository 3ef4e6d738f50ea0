namespace HalfFull.Routing.Routers.Parts;

/// <summary>
/// Random numbers that are hashes of the seed, the request and the replica: no state, the same whatever the order of the candidates, and independent between
/// requests. A retry draws anew.
/// </summary>
internal static class HashedDraw
{
    /// <summary>What the draws of one decision for one purpose have in common.</summary>
    public static ulong Stream(ulong seed, in RouteRequest request, ulong purpose) =>
        Rng.Mix(Rng.Mix(seed + Rng.Mix(purpose + ((ulong)(uint)request.Attempt << 32))) ^ (ulong)request.Request.Id);

    /// <summary>64 random bits for a replica.</summary>
    public static ulong Bits(ulong stream, int replica) => Rng.Mix(stream ^ ((ulong)(uint)replica + 1));

    /// <summary>Uniform in (0, 1), for a replica.</summary>
    public static double Uniform(ulong stream, int replica) => Unit(Bits(stream, replica));

    /// <summary>Uniform in (0, 1), for the whole decision.</summary>
    public static double Uniform(ulong seed, in RouteRequest request, ulong purpose) => Unit(Stream(seed, request, purpose));

    /// <summary>Uniform in (0, 1).</summary>
    public static double Unit(ulong bits) => ((bits >> 11) + 0.5) * (1.0 / (1UL << 53));
}
