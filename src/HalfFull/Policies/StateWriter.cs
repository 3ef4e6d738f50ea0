using System.Buffers.Binary;
using System.Text;

namespace HalfFull.Policies;

/// <summary>Bytes that grow: whole numbers as variable-length ones, floating point numbers bit for bit. What <see cref="StateReader"/> reads.</summary>
public sealed class StateWriter
{
    private byte[] bytes;

    /// <param name="capacity">Bytes to begin with.</param>
    public StateWriter(int capacity = 256) => bytes = new byte[capacity];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Memory => bytes.AsMemory(0, Length);

    /// <summary>Forgets what was written and keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>A byte.</summary>
    public void Byte(byte value)
    {
        Room(1);
        bytes[Length++] = value;
    }

    /// <summary>A truth value.</summary>
    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>A whole number of at least 0: seven bits a byte, the lowest first.</summary>
    public void Number(ulong value)
    {
        Room(10);
        while (value >= 0x80)
        {
            bytes[Length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        bytes[Length++] = (byte)value;
    }

    /// <summary>A whole number of either sign: small ones are short.</summary>
    public void Whole(long value) => Number((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>A whole number or nothing.</summary>
    public void Whole(long? value)
    {
        Flag(value.HasValue);
        if (value is { } known)
        {
            Whole(known);
        }
    }

    /// <summary>A time.</summary>
    public void Time(TimeSpan value) => Whole(value.Ticks);

    /// <summary>Eight bytes.</summary>
    public void Fixed(ulong value)
    {
        Room(8);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Length), value);
        Length += 8;
    }

    /// <summary>A floating point number, bit for bit.</summary>
    public void Real(double value) => Fixed(BitConverter.DoubleToUInt64Bits(value));

    /// <summary>A floating point number or nothing.</summary>
    public void Real(double? value)
    {
        Flag(value.HasValue);
        if (value is { } known)
        {
            Real(known);
        }
    }

    /// <summary>Bytes with their number.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        Number((ulong)value.Length);
        Room(value.Length);
        value.CopyTo(bytes.AsSpan(Length));
        Length += value.Length;
    }

    /// <summary>A text or nothing.</summary>
    public void Text(string? value)
    {
        if (value is null)
        {
            Number(0);
            return;
        }

        var count = Encoding.UTF8.GetByteCount(value);
        Number((ulong)count + 1);
        Room(count);
        Encoding.UTF8.GetBytes(value, bytes.AsSpan(Length));
        Length += count;
    }

    private void Room(int more)
    {
        if (bytes.Length - Length < more)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Length + more));
        }
    }
}
