namespace HalfFull.Scheduling;

/// <summary>Why a request is held.</summary>
public enum HeldReason
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>Every replica that it could use has enough prefill before it.</summary>
    Prefill,

    /// <summary>Every replica that it could use has enough requests.</summary>
    Requests,

    /// <summary>Its prompt does not fit into the free memory of those that could start it.</summary>
    Memory,

    /// <summary>The router would rather wait.</summary>
    Router,

    /// <summary>No replica that it could use is there.</summary>
    Unavailable,
}
