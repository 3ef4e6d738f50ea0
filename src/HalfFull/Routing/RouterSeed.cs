namespace HalfFull.Routing;

/// <summary>The seed of a run, as routers get it to break ties.</summary>
/// <param name="Value">The seed.</param>
public sealed record RouterSeed(ulong Value);
