namespace HalfFull.Engine.Gguf;

/// <summary>Size of a model of random weights.</summary>
/// <param name="Layers">Layers.</param>
/// <param name="Width">Numbers that stand for a token.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="KvHeads">Heads of keys and values.</param>
/// <param name="Hidden">Width of the feed-forward layers.</param>
/// <param name="Vocabulary">Tokens that exist.</param>
/// <param name="Context">Tokens of context that it says it was trained for.</param>
public sealed record TinyShape(int Layers, int Width, int Heads, int KvHeads, int Hidden, int Vocabulary, int Context)
{
    /// <summary>Parameters.</summary>
    public long Parameters => ((long)Layers * Width * ((2 * Width) + (2 * KvWidth) + (3 * Hidden) + 2)) + (2L * Width * Vocabulary) + Width;

    /// <summary>Width of keys and of values.</summary>
    internal int KvWidth => Width / Heads * KvHeads;

    /// <summary>A shape of about the given number of parameters.</summary>
    /// <param name="parameters">From a million to ten thousand million; the shape of a small model of that size is taken.</param>
    public static TinyShape Of(long parameters)
    {
        TinyShape[] shapes =
        [
            new(4, 256, 8, 4, 704, 2048, 4096),
            new(6, 512, 8, 4, 1376, 8000, 4096),
            new(12, 768, 12, 4, 2048, 32_000, 4096),
            new(24, 1024, 16, 8, 2816, 32_000, 8192),
            new(22, 2048, 32, 4, 5632, 32_000, 8192),
            new(32, 3200, 32, 8, 8640, 32_000, 8192),
            new(32, 4096, 32, 8, 14_336, 32_000, 8192),
        ];
        return shapes.MinBy(shape => Math.Abs(Math.Log((double)shape.Parameters / parameters)))!;
    }
}
