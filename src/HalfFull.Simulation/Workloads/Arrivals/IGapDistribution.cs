namespace HalfFull.Simulation.Workloads.Arrivals;

/// <summary>Inter-arrival times of a renewal process, in units of their mean.</summary>
public interface IGapDistribution
{
    /// <summary>Coefficient of variation: 0 for constant gaps, 1 for a Poisson process, more for bursts.</summary>
    double Cv { get; }

    /// <summary>The next gap; the mean of many is 1.</summary>
    double Next(Rng rng);
}
