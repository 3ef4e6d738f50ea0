namespace HalfFull.Simulation.Scenarios;

/// <summary>What changes at one moment of a scenario.</summary>
internal enum ScenarioStepKind
{
    /// <summary>A replica dies.</summary>
    Crash,

    /// <summary>A replica starts to take requests, for the first time or again.</summary>
    Start,

    /// <summary>A slow-down begins.</summary>
    SlowBegins,

    /// <summary>A slow-down ends.</summary>
    SlowEnds,

    /// <summary>A drain begins.</summary>
    DrainBegins,

    /// <summary>A drain ends.</summary>
    DrainEnds,

    /// <summary>A replica is removed.</summary>
    Remove,
}
