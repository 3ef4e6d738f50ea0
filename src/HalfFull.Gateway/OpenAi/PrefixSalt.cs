using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace HalfFull.Gateway.OpenAi;

/// <summary>The secret that goes into every hash of what clients send: without it a hash tells nothing that could be looked up elsewhere.</summary>
/// <param name="First">Half of it.</param>
/// <param name="Second">The other half.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PrefixSalt(ulong First, ulong Second)
{
    /// <summary>Bytes of a salt.</summary>
    public const int ByteCount = 16;

    /// <summary>A new one.</summary>
    public static PrefixSalt Random() => Of(RandomNumberGenerator.GetBytes(ByteCount));

    /// <summary>One that was kept.</summary>
    public static PrefixSalt Of(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));

    /// <summary>The salted hash of a name, in its place: equal names have equal ones.</summary>
    public string Alias(string name)
    {
        var hash = Rng.Mix(First ^ PrefixChain.Fold(Second, Encoding.UTF8.GetBytes(name)));
        return string.Create(CultureInfo.InvariantCulture, $"~{hash:x16}");
    }

    /// <inheritdoc/>
    public override string ToString() => "(secret)";
}
