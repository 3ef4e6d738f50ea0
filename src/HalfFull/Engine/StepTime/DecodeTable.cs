namespace HalfFull.Engine.StepTime;

/// <summary>
/// Decode attention on a grid: log time is bilinear in (log2 sequences, log2 length), clamped inside the grid and proportional
/// to both beyond it. For each number of sequences up to <see cref="CachedSequences"/> the row interpolated between the
/// sequence knots is kept, so that a prediction costs one logarithm and one exponential. The cached rows hold exactly what is
/// computed without them.
/// </summary>
internal sealed class DecodeTable : IDecodeCurve
{
    /// <summary>Most columns of a grid, so that a row fits on the stack.</summary>
    public const int MaxLengths = 64;

    private const int CachedSequences = 1024;
    private const int ExponentBias = 1023;
    private const int MantissaBits = 52;

    private readonly double[] sequenceKnots;
    private readonly double[] sequenceLogs;
    private readonly double[][] logMicros;
    private readonly double[] lengthKnots;
    private readonly double[] lengthLogs;
    private readonly double[] inverseWidths;
    private readonly int[] segmentOfExponent;
    private readonly double sequenceMultiplier;
    private readonly double scale;

    // One row for each number of sequences: the log times at the length knots, then the factor that goes with the row.
    private readonly double[] rows;
    private readonly int stride;

    public DecodeTable(DecodeGrid grid, double sequenceMultiplier, double scale)
    {
        sequenceKnots = grid.Sequences;
        sequenceLogs = Array.ConvertAll(grid.Sequences, Math.Log2);
        logMicros = Array.ConvertAll(grid.Micros, row => Array.ConvertAll(row, Math.Log));
        lengthKnots = grid.Lengths;
        lengthLogs = Array.ConvertAll(grid.Lengths, Math.Log2);
        inverseWidths = InverseWidths(lengthLogs);
        segmentOfExponent = SegmentOfExponent(lengthKnots);
        this.sequenceMultiplier = sequenceMultiplier;
        this.scale = scale;
        stride = lengthKnots.Length + 1;
        rows = new double[(CachedSequences + 1) * stride];
        for (var sequences = 1; sequences <= CachedSequences; sequences++)
        {
            FillRow(sequences, rows.AsSpan(sequences * stride, stride));
        }
    }

    public double Micros(int sequences, long tokens)
    {
        var length = (double)tokens / sequences;
        return (uint)sequences <= CachedSequences
            ? AlongRow(rows.AsSpan(sequences * stride, stride), length)
            : WithoutCache(sequences, length);
    }

    private double WithoutCache(int sequences, double length)
    {
        Span<double> row = stackalloc double[MaxLengths + 1];
        row = row[..stride];
        FillRow(sequences, row);
        return AlongRow(row, length);
    }

    private double AlongRow(ReadOnlySpan<double> row, double length)
    {
        var knots = lengthKnots;
        var last = knots.Length - 1;
        var factor = row[last + 1];
        if (length <= knots[0])
        {
            return Math.Exp(row[0]) * factor;
        }

        if (length >= knots[last])
        {
            return Math.Exp(row[last]) * factor * (length / knots[last]);
        }

        // Knots start at 1, so the length has a non-negative exponent; two knots seldom share one.
        var exponent = (int)(BitConverter.DoubleToInt64Bits(length) >> MantissaBits) - ExponentBias;
        var segment = segmentOfExponent[exponent];
        while (length >= knots[segment + 1])
        {
            segment++;
        }

        var fraction = (Math.Log2(length) - lengthLogs[segment]) * inverseWidths[segment];
        return Math.Exp(row[segment] + (fraction * (row[segment + 1] - row[segment]))) * factor;
    }

    private void FillRow(int sequences, Span<double> row)
    {
        var kernelSequences = sequences * sequenceMultiplier;
        var last = sequenceKnots.Length - 1;
        var inside = Math.Clamp(kernelSequences, sequenceKnots[0], sequenceKnots[last]);
        var segment = 0;
        while (segment < last - 1 && inside >= sequenceKnots[segment + 1])
        {
            segment++;
        }

        var fraction = (Math.Log2(inside) - sequenceLogs[segment]) / (sequenceLogs[segment + 1] - sequenceLogs[segment]);
        for (var knot = 0; knot < lengthKnots.Length; knot++)
        {
            var low = logMicros[segment][knot];
            row[knot] = low + (fraction * (logMicros[segment + 1][knot] - low));
        }

        row[lengthKnots.Length] = Math.Max(kernelSequences / sequenceKnots[last], 1) * scale;
    }

    private static double[] InverseWidths(double[] knots)
    {
        var inverse = new double[knots.Length - 1];
        for (var i = 0; i < inverse.Length; i++)
        {
            inverse[i] = 1 / (knots[i + 1] - knots[i]);
        }

        return inverse;
    }

    /// <summary>For each binary exponent, the segment that holds the smallest length with it (the first segment below the grid).</summary>
    private static int[] SegmentOfExponent(double[] knots)
    {
        var segments = new int[Math.ILogB(knots[^1]) + 1];
        for (var exponent = 0; exponent < segments.Length; exponent++)
        {
            var smallest = Math.ScaleB(1, exponent);
            while (segments[exponent] < knots.Length - 2 && smallest >= knots[segments[exponent] + 1])
            {
                segments[exponent]++;
            }
        }

        return segments;
    }
}
