using System.Numerics;

namespace HalfFull.Engine.Hosting;

/// <summary>Numbers of sequences in the library. The lowest free one is given out: gaps between those of a batch make the library split it.</summary>
internal sealed class NativeIds
{
    private readonly ulong[] free = new ulong[4];

    internal NativeIds(int count)
    {
        for (var id = 0; id < count; id++)
        {
            Release(id);
        }
    }

    internal int Take()
    {
        for (var word = 0; word < free.Length; word++)
        {
            if (free[word] != 0)
            {
                var bit = BitOperations.TrailingZeroCount(free[word]);
                free[word] &= free[word] - 1;
                return (word * 64) + bit;
            }
        }

        throw new InvalidOperationException("More sequences run than the KV cache was set up for.");
    }

    internal void Release(int id) => free[id / 64] |= 1UL << (id % 64);
}
