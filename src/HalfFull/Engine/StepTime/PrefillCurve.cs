namespace HalfFull.Engine.StepTime;

/// <summary>Prefill attention in one layer: the largest of a few planes in the sums that a <see cref="StepShape"/> carries.</summary>
internal sealed class PrefillCurve(double[][] planes, double newTokenMultiplier, double contextMultiplier, double scale)
{
    public double Micros(in StepShape shape)
    {
        var largest = 0.0;
        foreach (var plane in planes)
        {
            var newTokenTerms = (plane[1] * shape.PrefillTokens)
                + (plane[3] * shape.PrefillProduct)
                + (plane[4] * shape.PrefillSquares);
            var contextTerm = plane[2] * shape.PrefillContextTokens;
            largest = Math.Max(largest, plane[0] + (newTokenMultiplier * newTokenTerms) + (contextMultiplier * contextTerm));
        }

        return largest * scale;
    }
}
