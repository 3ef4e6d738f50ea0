namespace HalfFull.Engine.StepTime;

/// <summary>Straight lines between knots; constant below the first knot, the last slope above the last one.</summary>
/// <param name="knots">At least two, strictly increasing.</param>
/// <param name="values">One for each knot.</param>
internal sealed class PiecewiseLine(double[] knots, double[] values)
{
    public double At(double x)
    {
        if (x <= knots[0])
        {
            return values[0];
        }

        var segment = 0;
        while (segment < knots.Length - 2 && x > knots[segment + 1])
        {
            segment++;
        }

        var slope = (values[segment + 1] - values[segment]) / (knots[segment + 1] - knots[segment]);
        return values[segment] + ((x - knots[segment]) * slope);
    }
}
