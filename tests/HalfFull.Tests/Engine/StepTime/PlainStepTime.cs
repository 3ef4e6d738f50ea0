using HalfFull.Engine.StepTime;

namespace HalfFull.Tests.Engine.StepTime;

/// <summary>The formulas as the documentation states them, without a table or a cache: what the fast model must equal.</summary>
internal sealed class PlainStepTime(StepCurves curves, OverheadProfile overhead) : IStepTimeModel
{
    public TimeSpan Predict(in StepShape shape)
    {
        var tokens = (shape.Tokens + 7) / 8 * 8;
        var attention = (shape.DecodeSequences > 0 ? Decode(shape.DecodeSequences, shape.DecodeTokens) : 0)
            + (shape.PrefillChunks > 0 ? Prefill(shape) : 0);
        var reduce = curves.AllReduce is null ? 0 : 2 * curves.AllReduce.At(tokens * curves.AllReduceBytesPerToken);
        var micros = (curves.Layers * (curves.Linear.At(tokens) + reduce))
            + (curves.Layers * attention)
            + ((curves.LmHead?.At(shape.Sequences) ?? 0) + overhead.BaseMicros + (overhead.MicrosPerSequence * shape.Sequences));
        return TimeSpan.FromTicks(Math.Max(1, (long)Math.Round(micros * 10)));
    }

    private double Decode(int sequences, long tokens)
    {
        var kernelSequences = sequences * curves.SequenceMultiplier;
        var length = (double)tokens / sequences;
        if (curves.Attention.DecodeGrid is not { } grid)
        {
            return curves.TimeScale * curves.Attention.DecodePlanes.Max(plane =>
                plane[0] + (plane[1] * kernelSequences) + ((plane[2] + (plane[3] * kernelSequences)) * length));
        }

        var (row, down) = Locate(grid.Sequences, kernelSequences);
        var (column, along) = Locate(grid.Lengths, length);
        var left = Between(Math.Log(grid.Micros[row][column]), Math.Log(grid.Micros[row + 1][column]), down);
        var right = Between(Math.Log(grid.Micros[row][column + 1]), Math.Log(grid.Micros[row + 1][column + 1]), down);
        return Math.Exp(Between(left, right, along))
            * (Math.Max(kernelSequences / grid.Sequences[^1], 1) * curves.TimeScale)
            * Math.Max(length / grid.Lengths[^1], 1);
    }

    private double Prefill(StepShape shape) => curves.TimeScale * curves.Attention.PrefillPlanes.Max(plane =>
        plane[0]
        + (curves.PrefillMultiplier
            * ((plane[1] * shape.PrefillTokens) + (plane[3] * shape.PrefillProduct) + (plane[4] * shape.PrefillSquares)))
        + (curves.SequenceMultiplier * (plane[2] * shape.PrefillContextTokens)));

    /// <summary>The segment that holds x, clamped to the knots, and how far along it lies in log2.</summary>
    private static (int Segment, double Fraction) Locate(double[] knots, double x)
    {
        var inside = Math.Clamp(x, knots[0], knots[^1]);
        var segment = Math.Min(Array.FindLastIndex(knots, knot => knot <= inside), knots.Length - 2);
        var width = Math.Log2(knots[segment + 1]) - Math.Log2(knots[segment]);
        return (segment, (Math.Log2(inside) - Math.Log2(knots[segment])) / width);
    }

    private static double Between(double low, double high, double fraction) => low + (fraction * (high - low));
}
