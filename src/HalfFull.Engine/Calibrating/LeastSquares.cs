namespace HalfFull.Engine.Calibrating;

/// <summary>
/// Least squares of relative errors with coefficients of at least 0, by coordinate descent: more work never takes less time, and a step of a millisecond counts as much as one of a second.
/// </summary>
internal static class LeastSquares
{
    private const int Rounds = 20_000;
    private const double Settled = 1e-12;

    /// <summary>Fits the coefficients.</summary>
    /// <param name="rows">One row of features for each measurement.</param>
    /// <param name="times">The measured times, above 0.</param>
    internal static double[] Fit(IReadOnlyList<double[]> rows, IReadOnlyList<double> times)
    {
        var count = rows.Count > 0 ? rows[0].Length : 0;
        var gram = new double[count, count];
        var right = new double[count];
        for (var row = 0; row < rows.Count; row++)
        {
            var weight = 1 / (times[row] * times[row]);
            for (var i = 0; i < count; i++)
            {
                right[i] += weight * rows[row][i] * times[row];
                for (var j = 0; j < count; j++)
                {
                    gram[i, j] += weight * rows[row][i] * rows[row][j];
                }
            }
        }

        var fitted = new double[count];
        for (var round = 0; round < Rounds && Improve(gram, right, fitted) > Settled; round++)
        {
        }

        return fitted;
    }

    /// <summary>Moves each coefficient to its best place with the others fixed.</summary>
    /// <returns>The largest move, as a share of the fit.</returns>
    private static double Improve(double[,] gram, double[] right, double[] fitted)
    {
        var largest = 0.0;
        for (var i = 0; i < fitted.Length; i++)
        {
            if (gram[i, i] <= 0)
            {
                continue;
            }

            var rest = right[i];
            for (var j = 0; j < fitted.Length; j++)
            {
                rest -= j == i ? 0 : gram[i, j] * fitted[j];
            }

            var best = Math.Max(0, rest / gram[i, i]);
            largest = Math.Max(largest, Math.Abs(best - fitted[i]) * Math.Sqrt(gram[i, i]));
            fitted[i] = best;
        }

        return largest;
    }
}
