using HalfFull.Simulation.Workloads.Lengths;

namespace HalfFull.Simulation.Workloads.Arrivals;

/// <summary>Gaps from a quantile table, for arrivals that no simple family describes.</summary>
/// <param name="table">Gaps in any unit; they are divided by their mean.</param>
public sealed class TableGaps(QuantileTable table) : IGapDistribution
{
    /// <inheritdoc/>
    public double Cv => table.Cv;

    /// <inheritdoc/>
    public double Next(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        return table.At(rng.NextDouble()) / table.Mean;
    }
}
