namespace HalfFull.Simulation.Workloads.Lengths;

/// <summary>Length distributions by their spelling on the command line.</summary>
public static class LengthDistribution
{
    /// <summary>What is accepted, as a phrase for errors and help.</summary>
    public const string Accepts = "constant:tokens=500, uniform:min=10,max=900 or lognormal:median=300,p99=4000,max=32000, each at least 1";

    private const double Longest = 10_000_000;

    /// <summary>Reads <c>constant:..</c>, <c>uniform:..</c> or <c>lognormal:..</c>.</summary>
    /// <exception cref="FormatException">It is none of them; the message says what is accepted.</exception>
    public static ILengthDistribution Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var spec = new DistributionSpec(text, Accepts);
        ILengthDistribution lengths = spec.Name switch
        {
            "constant" => new ConstantLength((int)spec.Take("tokens", 1, Longest)),
            "uniform" => Uniform(spec),
            "lognormal" => LogNormal(spec),
            _ => throw spec.Wrong(),
        };
        spec.RefuseOthers();
        return lengths;
    }

    private static UniformLength Uniform(DistributionSpec spec)
    {
        var min = spec.Take("min", 1, Longest);
        return new UniformLength((int)min, (int)spec.Take("max", min, Longest));
    }

    private static LogNormalLength LogNormal(DistributionSpec spec)
    {
        var median = spec.Take("median", 1, Longest);
        var p99 = spec.Take("p99", median, Longest);
        return new LogNormalLength(median, p99, (int)spec.Take("max", 1, Longest));
    }
}
