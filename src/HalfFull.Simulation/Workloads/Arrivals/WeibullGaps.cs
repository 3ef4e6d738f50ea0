namespace HalfFull.Simulation.Workloads.Arrivals;

/// <summary>Weibull-distributed gaps: bursts that spread over more scales of time than gamma's at the same variation.</summary>
public sealed class WeibullGaps : IGapDistribution
{
    // Shapes outside have no use as arrivals and no safe arithmetic: variation 440 and 0.013.
    private const double MinShape = 0.1;
    private const double MaxShape = 100;
    private readonly double inverseShape;
    private readonly double scale;

    /// <summary>Gaps with this coefficient of variation, from 0.02 to 400.</summary>
    public WeibullGaps(double cv)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cv, 0.02);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cv, 400);
        Cv = cv;
        inverseShape = 1 / ShapeOf(cv);
        scale = Math.Exp(-LogGamma(1 + inverseShape));
    }

    /// <inheritdoc/>
    public double Cv { get; }

    /// <inheritdoc/>
    public double Next(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        return scale * Math.Pow(rng.NextExponential(), inverseShape);
    }

    // The variation falls as the shape grows: bisect on a logarithmic scale.
    private static double ShapeOf(double cv)
    {
        var (low, high) = (MinShape, MaxShape);
        for (var i = 0; i < 100; i++)
        {
            var middle = Math.Sqrt(low * high);
            var square = Math.Exp(LogGamma(1 + (2 / middle)) - (2 * LogGamma(1 + (1 / middle)))) - 1;
            (low, high) = square > cv * cv ? (middle, high) : (low, middle);
        }

        return Math.Sqrt(low * high);
    }

    // Stirling's series, exact to double precision from 10 upwards; smaller arguments are raised by the recurrence.
    private static double LogGamma(double x)
    {
        var product = 1.0;
        while (x < 10)
        {
            product *= x++;
        }

        var square = 1 / (x * x);
        var series = ((((((-1.0 / 1680) * square) + (1.0 / 1260)) * square) - (1.0 / 360)) * square) + (1.0 / 12);
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (series / x) - Math.Log(product);
    }
}
