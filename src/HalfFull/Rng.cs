using HalfFull.Policies;

namespace HalfFull;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a small seeded generator whose stream is ours to promise,
/// unlike the seeded stream of the runtime's own generator, which may change between versions.
/// </summary>
public sealed class Rng(ulong seed) : IRestorable
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;
    private ulong state = seed;

    /// <summary>A named, independent stream: adding a consumer never changes what the others draw.</summary>
    public Rng Fork(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var hash = Mix(state);
        foreach (var character in name)
        {
            hash = Mix(hash ^ character);
        }

        return new Rng(hash);
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64()
    {
        state += Gamma;
        return Mix(state);
    }

    /// <summary>Uniform in [0, 1), 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="exclusiveMax"/>), without modulo bias worth mentioning (64-bit multiply-shift).</summary>
    public int NextInt32(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        return (int)Math.BigMul(NextUInt64(), (ulong)exclusiveMax, out _);
    }

    /// <summary>Standard normal by the polar method of Marsaglia.</summary>
    public double NextNormal()
    {
        while (true)
        {
            var x = (2 * NextDouble()) - 1;
            var y = (2 * NextDouble()) - 1;
            var s = (x * x) + (y * y);
            if (s is > 0 and < 1)
            {
                return x * Math.Sqrt(-2 * Math.Log(s) / s);
            }
        }
    }

    /// <summary>Exponential with mean 1.</summary>
    public double NextExponential() => -Math.Log(1 - NextDouble());

    /// <summary>Gamma with the given shape and mean <paramref name="shape"/> (Marsaglia and Tsang, 2000).</summary>
    public double NextGamma(double shape)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape);
        if (shape < 1)
        {
            return NextGamma(shape + 1) * Math.Pow(1 - NextDouble(), 1 / shape);
        }

        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = NextNormal();
            var v = 1 + (c * x);
            if (v <= 0)
            {
                continue;
            }

            v = v * v * v;
            if (Math.Log(1 - NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Fixed(this.state);
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state) => this.state = state.Fixed();

    /// <summary>The finaliser of SplitMix64: a bijection that spreads every input bit over all output bits.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>A hash of (seed, request, replica): breaks ties between equal scores without favouring an index.</summary>
    public static ulong TieBreak(ulong seed, long requestId, int replica) =>
        Mix(Mix(Mix(seed + Gamma) ^ (ulong)requestId) ^ (ulong)(uint)replica);
}
