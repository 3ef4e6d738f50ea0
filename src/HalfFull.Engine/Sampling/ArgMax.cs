using System.Numerics;
using System.Runtime.InteropServices;

namespace HalfFull.Engine.Sampling;

/// <summary>The index of the largest number, the lowest of equal ones. Numbers that are none (NaN) are never the largest.</summary>
internal static class ArgMax
{
    /// <summary>Eight vectors at a time; equal to <see cref="Plain"/>, which a test says.</summary>
    internal static int Of(ReadOnlySpan<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        if (vectors.Length < 4)
        {
            return Plain(values);
        }

        var first = new Vector<float>(float.NegativeInfinity);
        var (second, third, fourth) = (first, first, first);
        var i = 0;
        for (; i <= vectors.Length - 4; i += 4)
        {
            first = Larger(first, vectors[i]);
            second = Larger(second, vectors[i + 1]);
            third = Larger(third, vectors[i + 2]);
            fourth = Larger(fourth, vectors[i + 3]);
        }

        for (; i < vectors.Length; i++)
        {
            first = Larger(first, vectors[i]);
        }

        var all = Larger(Larger(first, second), Larger(third, fourth));
        var largest = float.NegativeInfinity;
        for (var lane = 0; lane < Vector<float>.Count; lane++)
        {
            largest = all[lane] > largest ? all[lane] : largest;
        }

        foreach (var value in values[(vectors.Length * Vector<float>.Count)..])
        {
            largest = value > largest ? value : largest;
        }

        return Find(values, vectors, largest);
    }

    /// <summary>One number at a time.</summary>
    internal static int Plain(ReadOnlySpan<float> values)
    {
        var best = 0;
        var largest = float.NegativeInfinity;
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] > largest)
            {
                largest = values[i];
                best = i;
            }
        }

        return best;
    }

    /// <summary>The second where it is larger; the first beside NaN.</summary>
    private static Vector<float> Larger(Vector<float> first, Vector<float> second) =>
        Vector.ConditionalSelect(Vector.GreaterThan(second, first), second, first);

    private static int Find(ReadOnlySpan<float> values, ReadOnlySpan<Vector<float>> vectors, float largest)
    {
        if (float.IsNegativeInfinity(largest))
        {
            return 0;
        }

        var wanted = new Vector<float>(largest);
        for (var i = 0; i < vectors.Length; i++)
        {
            if (!Vector.EqualsAny(vectors[i], wanted))
            {
                continue;
            }

            for (var lane = i * Vector<float>.Count; ; lane++)
            {
                if (values[lane] == largest)
                {
                    return lane;
                }
            }
        }

        var tail = vectors.Length * Vector<float>.Count;
        while (values[tail] != largest)
        {
            tail++;
        }

        return tail;
    }
}
