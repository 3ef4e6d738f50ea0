namespace HalfFull.Engine.StepTime;

/// <summary>Decode attention as the largest of a few planes p0 + p1*N + p2*L + p3*N*L.</summary>
internal sealed class DecodePlanes(double[][] planes, double sequenceMultiplier, double scale) : IDecodeCurve
{
    public double Micros(int sequences, long tokens)
    {
        var length = (double)tokens / sequences;
        var rows = sequences * sequenceMultiplier;
        var largest = 0.0;
        foreach (var plane in planes)
        {
            largest = Math.Max(largest, plane[0] + (plane[1] * rows) + ((plane[2] + (plane[3] * rows)) * length));
        }

        return largest * scale;
    }
}
