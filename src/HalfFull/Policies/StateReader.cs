using System.Buffers.Binary;
using System.Text;

namespace HalfFull.Policies;

/// <summary>Reads what <see cref="StateWriter"/> wrote.</summary>
public ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>Bytes read.</summary>
    public int Offset { get; private set; }

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsAtEnd => Offset == bytes.Length;

    /// <summary>A byte.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public byte Byte() => Take(1)[0];

    /// <summary>A truth value.</summary>
    /// <exception cref="InvalidDataException">It is neither 0 nor 1.</exception>
    public bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        var other => throw new InvalidDataException($"a flag is {other}"),
    };

    /// <summary>A whole number of at least 0.</summary>
    /// <exception cref="InvalidDataException">It has no end.</exception>
    public ulong Number()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a number is longer than ten bytes");
    }

    /// <summary>A whole number of either sign.</summary>
    public long Whole()
    {
        var value = Number();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A whole number of 32 bits.</summary>
    /// <exception cref="InvalidDataException">It is larger.</exception>
    public int Whole32()
    {
        var value = Whole();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new InvalidDataException("a number does not fit into 32 bits");
    }

    /// <summary>A whole number or nothing.</summary>
    public long? OptionalWhole() => Flag() ? Whole() : null;

    /// <summary>A whole number of 32 bits or nothing.</summary>
    public int? OptionalWhole32() => Flag() ? Whole32() : null;

    /// <summary>A time.</summary>
    public TimeSpan Time() => new(Whole());

    /// <summary>Eight bytes.</summary>
    public ulong Fixed() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A floating point number, bit for bit.</summary>
    public double Real() => BitConverter.UInt64BitsToDouble(Fixed());

    /// <summary>A floating point number or nothing.</summary>
    public double? OptionalReal() => Flag() ? Real() : null;

    /// <summary>Bytes with their number.</summary>
    public ReadOnlySpan<byte> Bytes() => Take(Number());

    /// <summary>A text or nothing.</summary>
    public string? Text() => Number() is > 0 and var count ? Encoding.UTF8.GetString(Take(count - 1)) : null;

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(bytes.Length - Offset))
        {
            throw new InvalidDataException("a record ends too early");
        }

        var taken = bytes.Slice(Offset, (int)count);
        Offset += (int)count;
        return taken;
    }
}
