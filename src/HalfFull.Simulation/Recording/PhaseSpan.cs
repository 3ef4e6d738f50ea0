namespace HalfFull.Simulation.Recording;

/// <summary>A span of a request's life in one phase.</summary>
/// <param name="Request">The request.</param>
/// <param name="Replica">Index of its replica.</param>
/// <param name="Slot">Small number, unique among the requests that live on the replica at one time.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Start">When it began; that of waiting is the arrival.</param>
/// <param name="End">When it ended.</param>
/// <param name="Tokens">Tokens computed in it.</param>
public readonly record struct PhaseSpan(Request Request, int Replica, int Slot, RequestPhase Phase, TimeSpan Start, TimeSpan End, int Tokens);
