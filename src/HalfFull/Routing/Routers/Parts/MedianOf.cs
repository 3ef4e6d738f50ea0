using HalfFull.Policies;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>Median of the last so many values, looked up anew after every eighth; a prior before that.</summary>
internal sealed class MedianOf(int kept, double prior) : IRestorable
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

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        state.Whole(added);
        state.Real(Value);
        foreach (var value in values)
        {
            state.Real(value);
        }
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        added = state.Whole();
        Value = state.Real();
        for (var i = 0; i < kept; i++)
        {
            values[i] = state.Real();
        }
    }
}
