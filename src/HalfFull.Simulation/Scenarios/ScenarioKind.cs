namespace HalfFull.Simulation.Scenarios;

/// <summary>What happens to a replica.</summary>
public enum ScenarioKind
{
    /// <summary>It dies with all that it has; it may start again.</summary>
    Crash,

    /// <summary>The steps that it begins take longer for a time.</summary>
    Slow,

    /// <summary>It takes nothing new, for a time or for ever, and finishes what it has.</summary>
    Drain,

    /// <summary>It takes nothing new ever again, finishes what it has, and gateways forget what they knew of it.</summary>
    Remove,

    /// <summary>A new one joins the fleet.</summary>
    Add,
}
