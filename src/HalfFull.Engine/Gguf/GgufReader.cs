using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace HalfFull.Engine.Gguf;

/// <summary>Reads the parts of a GGUF head; whatever does not fit into the file is refused before memory is asked for it.</summary>
internal sealed class GgufReader(Stream stream, string path)
{
    private const uint Magic = 0x46554747;
    private const int MostTensors = 1 << 20;
    private const int MostPairs = 1 << 20;
    private const int MostDimensions = 4;

    internal InvalidDataException Damaged(string what) => new($"{path} is a damaged GGUF file: {what}.");

    /// <summary>Counts of tensors and of metadata values.</summary>
    internal (long Tensors, long Pairs) Head()
    {
        Span<byte> head = stackalloc byte[24];
        var read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (read < 4 || BinaryPrimitives.ReadUInt32LittleEndian(head) != Magic)
        {
            throw new InvalidDataException($"{path} is no GGUF file: it does not begin with GGUF.");
        }

        if (read < head.Length)
        {
            throw Damaged("it ends within its head");
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        var tensors = BinaryPrimitives.ReadInt64LittleEndian(head[8..]);
        var pairs = BinaryPrimitives.ReadInt64LittleEndian(head[16..]);
        if (version is not (2 or 3))
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{path} has version {version} of GGUF; versions 2 and 3 are read."));
        }

        return tensors is >= 0 and <= MostTensors && pairs is >= 0 and <= MostPairs
            ? (tensors, pairs)
            : throw Damaged(string.Create(CultureInfo.InvariantCulture, $"it tells of {tensors} tensors and {pairs} metadata values"));
    }

    internal string Text(string what)
    {
        var length = (long)UInt64(what);
        if (length < 0 || length > stream.Length - stream.Position)
        {
            throw Damaged($"{what} runs behind the end of the file");
        }

        var bytes = new byte[length];
        Fill(bytes, what);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>A scalar or a text; null for a list, which is skipped.</summary>
    internal object? Value(string key)
    {
        var type = (GgufValueType)UInt32(key);
        return type == GgufValueType.Array ? Skip(key) : Scalar(type, key);
    }

    /// <summary>Name of a tensor and the end of its values, counted from the start of all values; 0 when its type is not known here.</summary>
    internal (string Name, long End) Tensor()
    {
        var name = Text("the name of a tensor");
        var dimensions = UInt32(name);
        if (dimensions > MostDimensions)
        {
            throw Damaged(string.Create(CultureInfo.InvariantCulture, $"tensor '{name}' has {dimensions} dimensions"));
        }

        var values = (Int128)1;
        for (var i = 0; i < dimensions; i++)
        {
            values *= UInt64(name);
        }

        var type = UInt32(name);
        var offset = (Int128)UInt64(name);
        var bytes = GgufBlocks.Of((int)type) is { } block ? (values + block.Values - 1) / block.Values * block.Bytes : 0;
        return offset + bytes <= long.MaxValue ? (name, (long)(offset + bytes)) : throw Damaged($"tensor '{name}' is larger than any file");
    }

    private object? Skip(string key)
    {
        var element = (GgufValueType)UInt32(key);
        var count = (long)UInt64(key);
        if (count < 0 || count > stream.Length - stream.Position)
        {
            throw Damaged($"list '{key}' runs behind the end of the file");
        }

        if (Bytes(element) is { } bytes)
        {
            if (count * bytes > stream.Length - stream.Position)
            {
                throw Damaged($"list '{key}' runs behind the end of the file");
            }

            stream.Seek(count * bytes, SeekOrigin.Current);
            return null;
        }

        for (var i = 0L; i < count; i++)
        {
            if (element != GgufValueType.String)
            {
                throw Damaged(string.Create(CultureInfo.InvariantCulture, $"list '{key}' holds values of type {(int)element}"));
            }

            var length = (long)UInt64(key);
            if (length < 0 || length > stream.Length - stream.Position)
            {
                throw Damaged($"list '{key}' runs behind the end of the file");
            }

            stream.Seek(length, SeekOrigin.Current);
        }

        return null;
    }

    private object Scalar(GgufValueType type, string key) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Bool => (long)Bits(1, key),
        GgufValueType.Int8 => (long)(sbyte)Bits(1, key),
        GgufValueType.UInt16 => (long)Bits(2, key),
        GgufValueType.Int16 => (long)(short)Bits(2, key),
        GgufValueType.UInt32 => (long)Bits(4, key),
        GgufValueType.Int32 => (long)(int)Bits(4, key),
        GgufValueType.UInt64 or GgufValueType.Int64 => (long)Bits(8, key),
        GgufValueType.Float32 => (double)BitConverter.UInt32BitsToSingle((uint)Bits(4, key)),
        GgufValueType.Float64 => BitConverter.UInt64BitsToDouble(Bits(8, key)),
        GgufValueType.String => Text($"metadata value '{key}'"),
        _ => throw Damaged(string.Create(CultureInfo.InvariantCulture, $"metadata value '{key}' has type {(int)type}")),
    };

    private static int? Bytes(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => null,
    };

    private uint UInt32(string what) => (uint)Bits(4, what);

    private ulong UInt64(string what) => Bits(8, what);

    private ulong Bits(int bytes, string what)
    {
        Span<byte> buffer = stackalloc byte[8];
        buffer.Clear();
        Fill(buffer[..bytes], what);
        return BinaryPrimitives.ReadUInt64LittleEndian(buffer);
    }

    private void Fill(Span<byte> target, string what)
    {
        if (stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length)
        {
            throw Damaged($"it ends within '{what}'");
        }
    }
}
