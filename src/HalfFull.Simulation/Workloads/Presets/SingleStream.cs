using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Lengths;
using HalfFull.Traces;

namespace HalfFull.Simulation.Workloads.Presets;

/// <summary>Independent requests of one population: gaps from a renewal process, whose rate swings slowly around its mean.</summary>
/// <param name="gaps">Inter-arrival times.</param>
/// <param name="lengths">Prompt and output lengths.</param>
/// <param name="requestsPerSecond">Mean rate.</param>
internal sealed class SingleStream(IGapDistribution gaps, ILengthModel lengths, double requestsPerSecond)
{
    /// <summary>Relative size of the swing, from 0 to below 1: the rate runs from 1 / (1 + swing) to 1 / (1 - swing) of the mean.</summary>
    public double Swing { get; init; }

    /// <summary>Requests in one period of the swing, which starts at its trough.</summary>
    public double SwingRequests { get; init; } = 1;

    /// <summary>The endless rows.</summary>
    public IEnumerable<TraceRow> Rows(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        var gapRng = rng.Fork("gaps");
        var lengthRng = rng.Fork("lengths");
        var requests = 0.0;
        while (true)
        {
            var (prompt, output) = lengths.Next(lengthRng);
            yield return new TraceRow(TimeSpan.FromSeconds(Warp(requests) / requestsPerSecond), prompt, output);
            requests += gaps.Next(gapRng);
        }
    }

    // From the clock of the unmodulated process to the true one; its slope is one over the relative rate, and 1 over a whole period.
    private double Warp(double requests)
    {
        var turns = 2 * Math.PI / SwingRequests;
        return Swing == 0 ? requests : requests + (Swing / turns * Math.Sin(turns * requests));
    }
}
