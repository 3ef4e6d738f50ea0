namespace HalfFull.Gateway.Replicas;

/// <summary>Requests that the same replicas can serve wait in one lane.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Replicas">Numbers of the replicas, ascending.</param>
internal sealed record ServingLane(int Id, int[] Replicas);
