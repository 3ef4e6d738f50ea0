namespace HalfFull.Scheduling;

/// <summary>A request in a front scheduler's queue.</summary>
internal sealed class FrontEntry
{
    /// <summary>The request as the host gave it.</summary>
    internal required Request Request { get; init; }

    /// <summary>The request as the queue policy sees it: the number of tenants that it can tell apart is limited.</summary>
    internal required Request Ranked { get; set; }

    /// <summary>0 for the first try.</summary>
    internal required int Attempt { get; init; }

    /// <summary>Whether the number of prompt tokens is exact: only then a replica is too small for it.</summary>
    internal required bool IsExact { get; init; }

    /// <summary>Replicas that it must not go to.</summary>
    internal required int[] Excluded { get; init; }

    /// <summary>When it joined.</summary>
    internal required TimeSpan JoinedAt { get; init; }

    /// <summary>Its lane.</summary>
    internal required FrontLane Lane { get; set; }

    /// <summary>Its handle in the lane's queue; -1 for a retry, which stands before it.</summary>
    internal int Handle { get; set; } = -1;

    /// <summary>Prefill tokens before it when it joined: of its lane, and not yet started on the replicas.</summary>
    internal long TokensBefore { get; set; }

    /// <summary>Tokens that had ever joined its lane when it had.</summary>
    internal long TokensJoined { get; set; }
}
