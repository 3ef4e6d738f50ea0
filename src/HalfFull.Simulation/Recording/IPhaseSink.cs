namespace HalfFull.Simulation.Recording;

/// <summary>Takes the spans of requests' lives, those of one request in order of time.</summary>
public interface IPhaseSink
{
    /// <summary>Takes one span that has ended.</summary>
    void Add(in PhaseSpan span);
}
