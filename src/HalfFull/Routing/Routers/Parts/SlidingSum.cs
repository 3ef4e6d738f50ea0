using HalfFull.Policies;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>A sum over the last while, kept in twelve slices that fall out one by one.</summary>
internal sealed class SlidingSum : IRestorable
{
    private const int Slices = 12;
    private readonly double[] slices = new double[Slices];
    private long newest;
    private long newestEnds;
    private TimeSpan width;
    private double sum;
    private bool isSummed;

    /// <summary>Adds an amount.</summary>
    public void Add(double amount, TimeSpan now, TimeSpan window)
    {
        Advance(now, window);
        slices[newest % Slices] += amount;
        isSummed = false;
    }

    /// <summary>Sum over the window that ends now.</summary>
    public double At(TimeSpan now, TimeSpan window)
    {
        Advance(now, window);
        if (!isSummed)
        {
            isSummed = true;
            sum = 0;
            foreach (var slice in slices)
            {
                sum += slice;
            }
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
        if (now.Ticks < newestEnds && window == width)
        {
            return;
        }

        var ticks = Math.Max(1, window.Ticks / Slices);
        var slice = now.Ticks / ticks;
        isSummed &= slice <= newest;
        if (slice - newest >= Slices)
        {
            Array.Clear(slices);
            newest = slice;
        }

        while (newest < slice)
        {
            slices[++newest % Slices] = 0;
        }

        width = window;
        newestEnds = (newest + 1) * ticks;
    }
}
