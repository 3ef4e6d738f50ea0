using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Lengths;

namespace HalfFull.Simulation.Workloads.Presets;

/// <summary>One tenant of a mix.</summary>
internal sealed class Tenant
{
    /// <summary>A tenant whose prompt and output grow together.</summary>
    /// <param name="name">Its name in the rows.</param>
    /// <param name="weight">Its share of the requests, in any unit.</param>
    /// <param name="gaps">Its inter-arrival times.</param>
    /// <param name="knots">Quantiles of both lengths at some probabilities, from 0 to 1.</param>
    public Tenant(string name, double weight, IGapDistribution gaps, params ReadOnlySpan<(double Probability, double Prompt, double Output)> knots)
    {
        Name = name;
        Weight = weight;
        Gaps = gaps;
        var prompts = new (double, double)[knots.Length];
        var outputs = new (double, double)[knots.Length];
        for (var i = 0; i < knots.Length; i++)
        {
            prompts[i] = (knots[i].Probability, knots[i].Prompt);
            outputs[i] = (knots[i].Probability, knots[i].Output);
        }

        Lengths = new PairedLengths(new QuantileTable(prompts), new QuantileTable(outputs));
    }

    public string Name { get; }

    public double Weight { get; }

    public IGapDistribution Gaps { get; }

    public PairedLengths Lengths { get; }
}
