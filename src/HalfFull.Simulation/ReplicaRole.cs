namespace HalfFull.Simulation;

/// <summary>Which part of serving a request a replica does.</summary>
public enum ReplicaRole
{
    /// <summary>All of it.</summary>
    Whole,

    /// <summary>The prompt and the first token; then its KV goes to a replica that decodes.</summary>
    Prefill,

    /// <summary>The rest, with KV that comes from a replica that prefills.</summary>
    Decode,
}
