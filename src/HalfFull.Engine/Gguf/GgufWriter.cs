using System.Buffers.Binary;
using System.Text;

namespace HalfFull.Engine.Gguf;

/// <summary>Writes a GGUF file: metadata, then tensors, whose values are made one by one when they are written.</summary>
internal sealed class GgufWriter
{
    private const int Alignment = 32;
    private readonly List<(string Key, GgufValueType Type, Action<BinaryWriter> Write)> pairs = [];
    private readonly List<(string Name, long[] Dimensions, GgufTensorType Type, Action<Stream> Write)> tensors = [];

    internal void Add(string key, string value) => pairs.Add((key, GgufValueType.String, writer => Write(writer, value)));

    internal void Add(string key, uint value) => pairs.Add((key, GgufValueType.UInt32, writer => writer.Write(value)));

    internal void Add(string key, float value) => pairs.Add((key, GgufValueType.Float32, writer => writer.Write(value)));

    internal void Add(string key, bool value) => pairs.Add((key, GgufValueType.Bool, writer => writer.Write(value)));

    internal void Add(string key, IReadOnlyList<string> values) => AddList(key, GgufValueType.String, values.Count, writer =>
    {
        foreach (var value in values)
        {
            Write(writer, value);
        }
    });

    internal void Add(string key, float[] values) => AddList(key, GgufValueType.Float32, values.Length, writer => Array.ForEach(values, writer.Write));

    internal void Add(string key, int[] values) => AddList(key, GgufValueType.Int32, values.Length, writer => Array.ForEach(values, writer.Write));

    /// <summary>Adds a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="dimensions">Its dimensions, the fastest first.</param>
    /// <param name="type">Its number format.</param>
    /// <param name="write">Writes exactly the bytes of its values.</param>
    internal void AddTensor(string name, long[] dimensions, GgufTensorType type, Action<Stream> write) => tensors.Add((name, dimensions, type, write));

    /// <summary>Writes the file; it must be at its start.</summary>
    internal void WriteTo(Stream stream)
    {
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write("GGUF"u8);
            writer.Write(3u);
            writer.Write((long)tensors.Count);
            writer.Write((long)pairs.Count);
            foreach (var (key, type, write) in pairs)
            {
                Write(writer, key);
                writer.Write((uint)type);
                write(writer);
            }

            var offset = 0L;
            foreach (var tensor in tensors)
            {
                Write(writer, tensor.Name);
                writer.Write((uint)tensor.Dimensions.Length);
                Array.ForEach(tensor.Dimensions, writer.Write);
                writer.Write((uint)tensor.Type);
                writer.Write(offset);
                offset += Padded(Bytes(tensor.Dimensions, tensor.Type));
            }
        }

        Pad(stream);
        foreach (var tensor in tensors)
        {
            var start = stream.Position;
            tensor.Write(stream);
            if (stream.Position - start != Bytes(tensor.Dimensions, tensor.Type))
            {
                throw new InvalidOperationException($"Tensor '{tensor.Name}' wrote {stream.Position - start} bytes.");
            }

            Pad(stream);
        }
    }

    private static long Bytes(long[] dimensions, GgufTensorType type)
    {
        var (values, bytes) = GgufBlocks.Of((int)type)!.Value;
        return dimensions.Aggregate(1L, (product, next) => product * next) / values * bytes;
    }

    private static long Padded(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private static void Pad(Stream stream)
    {
        Span<byte> zeros = stackalloc byte[Alignment];
        zeros.Clear();
        stream.Write(zeros[..(int)(Padded(stream.Position) - stream.Position)]);
    }

    private static void Write(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
        writer.Write(length);
        writer.Write(bytes);
    }

    private void AddList(string key, GgufValueType element, int count, Action<BinaryWriter> write) => pairs.Add((key, GgufValueType.Array, writer =>
    {
        writer.Write((uint)element);
        writer.Write((long)count);
        write(writer);
    }
    ));
}
