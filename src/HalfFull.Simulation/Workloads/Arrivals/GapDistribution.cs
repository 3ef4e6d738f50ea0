namespace HalfFull.Simulation.Workloads.Arrivals;

/// <summary>Gap distributions by their spelling on the command line.</summary>
public static class GapDistribution
{
    /// <summary>What is accepted, as a phrase for errors and help.</summary>
    public const string Accepts = "poisson, constant, gamma:cv=2 or weibull:cv=2 with a cv from 0.02 to 100";

    /// <summary>Reads <c>poisson</c>, <c>constant</c>, <c>gamma:cv=..</c> or <c>weibull:cv=..</c>.</summary>
    /// <exception cref="FormatException">It is none of them; the message says what is accepted.</exception>
    public static IGapDistribution Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var spec = new DistributionSpec(text, Accepts);
        IGapDistribution gaps = spec.Name switch
        {
            "poisson" => GammaGaps.Poisson,
            "constant" => new ConstantGaps(),
            "gamma" => new GammaGaps(Cv(spec)),
            "weibull" => new WeibullGaps(Cv(spec)),
            _ => throw spec.Wrong(),
        };
        spec.RefuseOthers();
        return gaps;
    }

    private static double Cv(DistributionSpec spec) => spec.Take("cv", 0.02, 100);
}
