namespace HalfFull.Routing.Routers.Parts;

/// <summary>Median of the last so many values, looked up anew after every eighth; a prior before that.</summary>
internal sealed class MedianOf(int kept, double prior)
{
    private const int Renewal = 8;
    private readonly double[] values = new double[kept];
    private readonly double[] sorted = new double[kept];
    private long added;

    public double Value { get; private set; } = prior;

    public void Add(double value)
    {
        values[added++ % kept] = value;
        if (added % Renewal == 0)
        {
            var count = (int)Math.Min(added, kept);
            values.AsSpan(0, count).CopyTo(sorted);
            sorted.AsSpan(0, count).Sort();
            Value = sorted[count / 2];
        }
    }
}
