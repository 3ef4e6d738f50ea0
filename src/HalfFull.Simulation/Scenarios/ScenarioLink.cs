namespace HalfFull.Simulation.Scenarios;

/// <summary>The network between gateways and a replica.</summary>
/// <param name="Replica">The replica's number.</param>
/// <param name="RoundTrip">Time there and back.</param>
public sealed record ScenarioLink(int Replica, TimeSpan RoundTrip);
