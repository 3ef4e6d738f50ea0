namespace HalfFull.Simulation.Handovers;

/// <summary>Which roles a fleet may have.</summary>
public static class ReplicaRoles
{
    /// <summary>What is wrong with the roles of a fleet's replicas, as the rest of a sentence that begins with the fleet; null when nothing is.</summary>
    public static string? Problem(IEnumerable<ReplicaRole> roles)
    {
        var all = roles.ToHashSet();
        return (all.Contains(ReplicaRole.Whole), all.Contains(ReplicaRole.Prefill), all.Contains(ReplicaRole.Decode)) switch
        {
            (_, false, false) or (false, true, true) => null,
            (true, _, _) => "has replicas with a role beside replicas without: give every group the role prefill or decode, or none",
            (_, true, _) => "has replicas that prefill, but none that decode: add a group such as decode:a100:2",
            _ => "has replicas that decode, but none that prefill: add a group such as prefill:a100:2",
        };
    }

    /// <summary>Whether some replicas prefill and others decode.</summary>
    internal static bool AreSplit(IReadOnlyList<ReplicaSpec> fleet) => fleet[0].Role != ReplicaRole.Whole;

    /// <exception cref="SimulationException">The roles do not fit together, something else needs replicas without, or nobody says how long KV takes from one replica to another.</exception>
    internal static void Check(SimulationSetup setup)
    {
        if (Problem(setup.Fleet.Select(static spec => spec.Role)) is { } problem)
        {
            throw new SimulationException($"The fleet {problem}.");
        }

        if (!AreSplit(setup.Fleet))
        {
            return;
        }

        if (setup.Migrate is not null || setup.Autoscale is not null)
        {
            throw new SimulationException(
                $"The fleet has replicas that prefill for others; {(setup.Migrate is not null ? "live migration" : "autoscaling")} needs replicas that both prefill and decode.");
        }

        if (setup.KvTransfer is null)
        {
            throw new SimulationException("The fleet has replicas that prefill for others, but nobody says how long KV takes from one to another.");
        }
    }
}
