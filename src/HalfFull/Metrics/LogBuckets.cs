using System.Numerics;
using System.Runtime.CompilerServices;

namespace HalfFull.Metrics;

/// <summary>
/// Buckets whose width is at most 2^-bits of their values: the exponent and the leading bits of a number are its bucket.
/// Numbers below 2^(bits + 1) have a bucket each.
/// </summary>
internal static class LogBuckets
{
    /// <summary>The bucket of a number that is not negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Index(long value, int bits)
    {
        var shift = BitOperations.Log2((ulong)value | (1UL << bits)) - bits;
        return (shift << bits) + (int)(value >> shift);
    }

    /// <summary>How many buckets hold every number that is not negative.</summary>
    public static int Count(int bits) => Index(long.MaxValue, bits) + 1;

    /// <summary>The smallest number of a bucket.</summary>
    public static long Lower(int index, int bits)
    {
        var shift = Shift(index, bits);
        return (long)(index - (shift << bits)) << shift;
    }

    /// <summary>How many whole numbers a bucket holds.</summary>
    public static long Width(int index, int bits) => 1L << Shift(index, bits);

    private static int Shift(int index, int bits) => Math.Max(0, (index >> bits) - 1);
}
