namespace HalfFull.Simulation;

/// <summary>Where the prefix hits come from that routers are shown.</summary>
public enum PrefixSource
{
    /// <summary>The caches of the replicas themselves, as with engines that publish every change.</summary>
    Exact,

    /// <summary>An index of what was sent where, as a gateway keeps it: it does not see what an engine evicts.</summary>
    Index,
}
