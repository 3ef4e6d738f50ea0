namespace HalfFull.Simulation.Scenarios;

/// <summary>What happens to a fleet while it serves. New replicas get the numbers after those of the fleet, in the order in which they are listed.</summary>
public sealed record Scenario
{
    /// <summary>What reports call it: its file.</summary>
    public string Name { get; init; } = "scenario";

    /// <summary>How often a gateway sends a request again that a crash took before its first token.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>Network times; 0 where none is given.</summary>
    public IReadOnlyList<ScenarioLink> Links { get; init; } = [];

    /// <summary>The events, in any order; those of one time happen in this one.</summary>
    public IReadOnlyList<ScenarioEvent> Events { get; init; } = [];

    /// <summary>Every replica that the fleet will ever have, by number.</summary>
    /// <param name="fleet">Those that it starts with.</param>
    /// <exception cref="SimulationException">A link or an event names a replica that there will never be.</exception>
    public IReadOnlyList<ReplicaSpec> Specs(IReadOnlyList<ReplicaSpec> fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        var specs = fleet.ToList();
        for (var i = 0; i < Events.Count; i++)
        {
            if (Events[i].Kind == ScenarioKind.Add)
            {
                specs.Add(specs[Known($"events[{i}].like", Events[i].Replica, specs.Count)]);
            }
        }

        for (var i = 0; i < Events.Count; i++)
        {
            _ = Known($"events[{i}].{(Events[i].Kind == ScenarioKind.Add ? "like" : "replica")}", Events[i].Replica, specs.Count);
        }

        for (var i = 0; i < Links.Count; i++)
        {
            var replica = Known($"links[{i}].replica", Links[i].Replica, specs.Count);
            specs[replica] = specs[replica] with { Latency = Links[i].RoundTrip };
        }

        return specs;
    }

    private int Known(string field, int replica, int count) => (uint)replica < (uint)count
        ? replica
        : throw new SimulationException($"{Name}: field '{field}' is {replica}; the fleet has replicas 0 to {count - 1} there.");
}
