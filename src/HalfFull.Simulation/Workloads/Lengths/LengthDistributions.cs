namespace HalfFull.Simulation.Workloads.Lengths;

/// <summary>Length distributions as the command line names them.</summary>
public static class LengthDistributions
{
    /// <summary>What <see cref="Parse"/> accepts, for help.</summary>
    public const string Accepted = "constant:N, uniform:A..B or lognormal:median=M,p99=P[,max=N], in tokens from 1 to 100 million";

    private const double MaxTokens = DistributionText.MaxTokens;

    /// <summary>
    /// Reads <c>constant:512</c>, <c>uniform:100..2000</c> or <c>lognormal:median=500,p99=3000,max=20000</c>;
    /// without <c>max</c>, lognormal lengths are cut as far above the 99th percentile as that is above the median.
    /// </summary>
    /// <exception cref="WorkloadException">The text is none of these.</exception>
    public static ILengthDistribution Parse(string text)
    {
        var spec = new DistributionText(text, Accepted);
        ILengthDistribution lengths = spec.Name switch
        {
            "constant" => new ConstantLength(spec.Tokens(spec.Argument, 1)),
            "uniform" => Uniform(spec),
            "lognormal" => LogNormal(spec),
            _ => throw spec.Error(),
        };
        spec.End();
        return lengths;
    }

    private static UniformLength Uniform(DistributionText spec)
    {
        var ends = spec.Argument.Split("..");
        if (ends.Length != 2)
        {
            throw spec.Error();
        }

        var min = spec.Tokens(ends[0], 1);
        return new UniformLength(min, spec.Tokens(ends[1], min));
    }

    private static LogNormalLength LogNormal(DistributionText spec)
    {
        var median = spec.Take("median", 1, MaxTokens);
        var p99 = spec.Take("p99", median, MaxTokens);
        var max = spec.Take("max", 1, MaxTokens, Math.Min(MaxTokens, Math.Ceiling(p99 * p99 / median)));
        return new LogNormalLength(median, p99, (int)max);
    }
}
