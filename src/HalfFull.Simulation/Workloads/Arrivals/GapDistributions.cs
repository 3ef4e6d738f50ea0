namespace HalfFull.Simulation.Workloads.Arrivals;

/// <summary>Inter-arrival times as the command line names them.</summary>
public static class GapDistributions
{
    /// <summary>What <see cref="Parse"/> accepts, for help.</summary>
    public const string Accepted = "poisson, constant, gamma:cv=C (0.05 to 50) or weibull:cv=C (0.05 to 50)";

    /// <summary>Reads <c>poisson</c>, <c>constant</c>, <c>gamma:cv=3</c> or <c>weibull:cv=3</c>.</summary>
    /// <exception cref="WorkloadException">The text is none of these.</exception>
    public static IGapDistribution Parse(string text)
    {
        var spec = new DistributionText(text, Accepted);
        IGapDistribution gaps = spec.Name switch
        {
            "poisson" when spec.Argument.Length == 0 => GammaGaps.Poisson,
            "constant" when spec.Argument.Length == 0 => new ConstantGaps(),
            "gamma" => new GammaGaps(spec.Take("cv", 0.05, 50)),
            "weibull" => new WeibullGaps(spec.Take("cv", 0.05, 50)),
            _ => throw spec.Error(),
        };
        spec.End();
        return gaps;
    }
}
