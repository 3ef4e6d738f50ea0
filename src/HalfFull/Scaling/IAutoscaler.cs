namespace HalfFull.Scaling;

/// <summary>
/// Decides how many replicas a fleet should have. The host asks at the interval of <see cref="Bounds"/>, starts and drains replicas, and keeps their number within the
/// bounds whatever is answered. A decision is a function of its inputs and the policy's own state. No I/O, clock or lock.
/// </summary>
public interface IAutoscaler
{
    /// <summary>What the host keeps to.</summary>
    ScaleOptions Bounds { get; }

    /// <summary>Decides.</summary>
    /// <returns>Replicas to add; negative: replicas to drain; 0: leave it.</returns>
    int Change(in FleetMoment fleet);
}
