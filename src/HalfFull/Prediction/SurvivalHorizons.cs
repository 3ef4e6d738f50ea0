namespace HalfFull.Prediction;

/// <summary>The steps ahead at which expected memory use is looked at.</summary>
internal static class SurvivalHorizons
{
    /// <summary>Furthest horizon.</summary>
    internal const int Last = 2048;

    /// <summary>The horizons, in steps.</summary>
    internal static readonly double[] Steps = [0, 8, 32, 64, 128, 256, 384, 512, 768, 1024, 1536, Last];

    /// <summary>How many there are.</summary>
    internal static readonly int Count = Steps.Length;

    /// <summary>How many lie below a number of steps; the first, now, always counts.</summary>
    internal static int CountBelow(int steps)
    {
        if (steps > Last)
        {
            return Count;
        }

        var below = 1;
        while (below < Count && Steps[below] < steps)
        {
            below++;
        }

        return below;
    }
}
