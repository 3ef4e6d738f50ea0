namespace HalfFull.Metrics;

/// <summary>One change of the number of replicas.</summary>
/// <param name="AtSeconds">When, on the clock of the trace.</param>
/// <param name="Event">
/// <c>start</c>: a replica was ordered and costs from now on; <c>ready</c>: it takes requests; <c>cancel</c>: it was given up before; <c>drain</c>: it takes nothing
/// new; <c>reopen</c>: it takes requests again; <c>stop</c>: it has nothing left and is gone; <c>crash</c>: it died, as the scenario says.
/// </param>
/// <param name="Replica">The replica's number; one that starts again after a stop has an empty cache.</param>
/// <param name="Serving">Replicas that take requests from now on.</param>
/// <param name="Replicas">Replicas that cost from now on: starting, serving and draining ones.</param>
public sealed record ScalingEvent(double AtSeconds, string Event, int Replica, int Serving, int Replicas);
