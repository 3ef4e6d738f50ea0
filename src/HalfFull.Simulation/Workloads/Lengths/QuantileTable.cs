namespace HalfFull.Simulation.Workloads.Lengths;

/// <summary>
/// A distribution given by some of its quantiles. Between two knots the logarithm of the value is linear in the probability;
/// two knots with one value are an atom.
/// </summary>
public sealed class QuantileTable : ILengthDistribution
{
    private readonly double[] probabilities;
    private readonly double[] logs;

    /// <summary>A table from knots in ascending order, from probability 0 to 1.</summary>
    /// <exception cref="ArgumentException">Knots are not in order, or a value is not positive.</exception>
    public QuantileTable(params ReadOnlySpan<(double Probability, double Value)> knots)
    {
        if (knots.Length < 2 || knots[0].Probability != 0 || knots[^1].Probability != 1)
        {
            throw new ArgumentException("A quantile table needs knots from probability 0 to probability 1.", nameof(knots));
        }

        probabilities = new double[knots.Length];
        logs = new double[knots.Length];
        for (var i = 0; i < knots.Length; i++)
        {
            if (!(knots[i].Value > 0) || (i > 0 && !(knots[i].Probability > knots[i - 1].Probability && knots[i].Value >= knots[i - 1].Value)))
            {
                throw new ArgumentException($"Knot {i} of a quantile table is out of order or not positive.", nameof(knots));
            }

            probabilities[i] = knots[i].Probability;
            logs[i] = Math.Log(knots[i].Value);
        }

        (Mean, var meanSquare) = Moments(knots);
        Cv = Math.Sqrt((meanSquare / (Mean * Mean)) - 1);
        Max = (int)Math.Min(Math.Ceiling(knots[^1].Value), int.MaxValue);
    }

    /// <inheritdoc/>
    public int Max { get; }

    /// <summary>Mean before rounding to whole tokens, exact.</summary>
    public double Mean { get; }

    /// <summary>Coefficient of variation before rounding, exact.</summary>
    public double Cv { get; }

    /// <summary>The quantile at a probability from 0 to 1.</summary>
    public double At(double probability)
    {
        var knot = 1;
        while (knot < probabilities.Length - 1 && probabilities[knot] < probability)
        {
            knot++;
        }

        var share = (probability - probabilities[knot - 1]) / (probabilities[knot] - probabilities[knot - 1]);
        return Math.Exp(logs[knot - 1] + (share * (logs[knot] - logs[knot - 1])));
    }

    /// <summary>The quantile rounded to whole tokens, at least 1.</summary>
    public int TokensAt(double probability) => Math.Clamp((int)Math.Round(At(probability)), 1, Max);

    /// <inheritdoc/>
    public int Next(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        return TokensAt(rng.NextDouble());
    }

    // The integral of a log-linear piece from a to b is (b - a) / ln(b / a), and likewise for its square.
    private static (double Mean, double MeanSquare) Moments(ReadOnlySpan<(double Probability, double Value)> knots)
    {
        var mean = 0.0;
        var meanSquare = 0.0;
        for (var i = 1; i < knots.Length; i++)
        {
            var (a, b) = (knots[i - 1].Value, knots[i].Value);
            var weight = knots[i].Probability - knots[i - 1].Probability;
            var log = Math.Log(b / a);
            mean += weight * (log < 1e-9 ? a : (b - a) / log);
            meanSquare += weight * (log < 1e-9 ? a * a : ((b * b) - (a * a)) / (2 * log));
        }

        return (mean, meanSquare);
    }
}
