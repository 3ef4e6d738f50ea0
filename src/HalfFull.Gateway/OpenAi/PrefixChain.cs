using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace HalfFull.Gateway.OpenAi;

/// <summary>
/// Chained hashes of the leading units of a prompt, taken while its body is scanned. A unit is a fixed number of bytes, so that equal prefixes give equal
/// hashes whatever a token is thought to be. What the whole prompt depends on (model, cache salt, adapter, tools) may come later in a body: it is mixed into every
/// hash at the end.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct PrefixChain
{
    /// <summary>Bytes of prompt text in a unit: 128 tokens at four bytes each.</summary>
    public const int UnitBytes = 512;

    /// <summary>Tokens of a unit of four bytes each.</summary>
    public const int NominalUnitTokens = 128;

    private const int MostUnits = 4096; // half a million tokens: a longer common prefix changes no choice
    private const ulong First = 0xA0761D6478BD642F;
    private const ulong Second = 0xE7037ED1A0B428DB;

    private readonly int longest;
    private ulong chain;
    private ulong key;
    private int filled;
    private int count;
    private long[]? hashes;

    /// <param name="salt">The secret.</param>
    /// <param name="bodyBytes">Bytes of the body, which no prompt in it exceeds.</param>
    public PrefixChain(PrefixSalt salt, int bodyBytes)
    {
        chain = salt.First;
        key = salt.Second;
        longest = Math.Min(MostUnits, bodyBytes / (UnitBytes / 2)); // an id of one digit takes two bytes there and four here
    }

    /// <summary>Adds text of the prompt.</summary>
    public void Text(ReadOnlySpan<byte> text)
    {
        if (count >= longest)
        {
            return;
        }

        // Where one text ends and the next begins matters, so that "ab" and "c" are not "a" and "bc".
        chain += First;
        while (filled + text.Length >= UnitBytes)
        {
            var part = UnitBytes - filled;
            chain = Fold(chain, text[..part]);
            text = text[part..];
            filled = 0;
            chain = Rng.Mix(chain + Second);
            (hashes ??= new long[longest])[count++] = (long)chain;
            if (count >= longest)
            {
                return;
            }
        }

        chain = Fold(chain, text);
        filled += text.Length;
    }

    /// <summary>Adds a token that is given as its id.</summary>
    public void Id(int token)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, token);
        Text(bytes);
    }

    /// <summary>Adds what is part of the prompt and no text, such as an image: by its hash.</summary>
    public void Other(ReadOnlySpan<byte> value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Fold(Second, value));
        Text(bytes);
    }

    /// <summary>Adds what every unit depends on, in any order.</summary>
    public void Key(ulong what, ReadOnlySpan<byte> value) => key ^= Rng.Mix(Fold(what, value));

    /// <summary>The hashes of the full units.</summary>
    public readonly ReadOnlyMemory<long> Finish()
    {
        if (count == 0)
        {
            return default;
        }

        for (var i = 0; i < count; i++)
        {
            hashes![i] = (long)(Rng.Mix((ulong)hashes[i] ^ key) >> 1);
        }

        return hashes.AsMemory(0, count);
    }

    /// <summary>A hash of bytes that depends on a hash before them: 16 bytes a multiplication, after the idea of wyhash (Wang Yi).</summary>
    internal static ulong Fold(ulong hash, ReadOnlySpan<byte> bytes)
    {
        var length = (ulong)bytes.Length;
        while (bytes.Length >= 16)
        {
            hash = Multiply(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ First, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) ^ hash);
            bytes = bytes[16..];
        }

        var (low, high, shift) = (0UL, 0UL, 0);
        if (bytes.Length >= 8)
        {
            low = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            bytes = bytes[8..];
        }

        foreach (var value in bytes)
        {
            high |= (ulong)value << shift;
            shift += 8;
        }

        return Multiply(low ^ First ^ length, high ^ Second ^ hash);
    }

    private static ulong Multiply(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);

        // A factor of 0 would forget the other one.
        return high ^ low ^ (a + b);
    }
}
