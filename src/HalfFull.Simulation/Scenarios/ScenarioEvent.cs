namespace HalfFull.Simulation.Scenarios;

/// <summary>One thing that happens to the fleet.</summary>
/// <param name="At">When, on the clock of the trace.</param>
/// <param name="Kind">What.</param>
/// <param name="Replica">The replica's number; for <see cref="ScenarioKind.Add"/>, that of the one that the new one equals.</param>
public sealed record ScenarioEvent(TimeSpan At, ScenarioKind Kind, int Replica)
{
    /// <summary>
    /// How long it lasts: until a crashed replica or a new one takes requests, until a slow one is as fast as before, until a draining one takes requests again.
    /// Null: for ever; a new one takes requests at once.
    /// </summary>
    public TimeSpan? Lasting { get; init; }

    /// <summary>Steps of a slow replica take so many times as long.</summary>
    public double Factor { get; init; } = 1;
}
