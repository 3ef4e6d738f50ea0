using HalfFull.Policies;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>A sum over the last while, kept in twelve slices that fall out one by one.</summary>
internal sealed class SlidingSum : IRestorable
{
    private const int Slices = 12;
    private readonly double[] slices = new double[Slices];
    private long newest;

    /// <summary>Adds an amount.</summary>
    public void Add(double amount, TimeSpan now, TimeSpan window)
    {
        Advance(now, window);
        slices[newest % Slices] += amount;
    }

    /// <summary>Sum over the window that ends now.</summary>
    public double At(TimeSpan now, TimeSpan window)
    {
        Advance(now, window);
        var sum = 0.0;
        foreach (var slice in slices)
        {
            sum += slice;
        }

        return sum;
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        state.Whole(newest);
        foreach (var slice in slices)
        {
            state.Real(slice);
        }
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        newest = state.Whole();
        for (var i = 0; i < Slices; i++)
        {
            slices[i] = state.Real();
        }
    }

    private void Advance(TimeSpan now, TimeSpan window)
    {
        var slice = now.Ticks / Math.Max(1, window.Ticks / Slices);
        if (slice - newest >= Slices)
        {
            Array.Clear(slices);
            newest = slice;
        }

        while (newest < slice)
        {
            slices[++newest % Slices] = 0;
        }
    }
}
