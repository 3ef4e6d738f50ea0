using System.Buffers.Binary;

namespace HalfFull.Engine.Gguf;

/// <summary>Normal random numbers in a tensor's number format, the same for the same seed on every machine.</summary>
internal sealed class RandomWeights(Rng rng)
{
    private const int Block = 32;

    // Sum of four uniform 16-bit numbers: close enough to normal for weights, no transcendental function, so the same bits everywhere.
    private static readonly float Scale = 1 / (65536f * MathF.Sqrt(4f / 12f));

    /// <summary>Writes numbers of a standard deviation.</summary>
    internal void Write(Stream stream, long count, float deviation, GgufTensorType type)
    {
        var values = new float[Block];
        var bytes = new byte[GgufBlocks.Of((int)type)!.Value is var (_, size) && type is GgufTensorType.F32 or GgufTensorType.F16 ? Block * size : size];
        for (var done = 0L; done < count; done += Block)
        {
            for (var i = 0; i < Block; i++)
            {
                values[i] = Next() * deviation;
            }

            Encode(values, bytes, type);
            stream.Write(bytes);
        }
    }

    private float Next()
    {
        var bits = rng.NextUInt64();
        var sum = (int)(bits & 0xFFFF) + (int)((bits >> 16) & 0xFFFF) + (int)((bits >> 32) & 0xFFFF) + (int)(bits >> 48);
        return (sum - (2 * 65535)) * Scale;
    }

    private static void Encode(ReadOnlySpan<float> values, Span<byte> target, GgufTensorType type)
    {
        switch (type)
        {
            case GgufTensorType.F32:
                for (var i = 0; i < Block; i++)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(target[(i * 4)..], values[i]);
                }

                break;
            case GgufTensorType.F16:
                for (var i = 0; i < Block; i++)
                {
                    BinaryPrimitives.WriteHalfLittleEndian(target[(i * 2)..], (Half)values[i]);
                }

                break;
            case GgufTensorType.Q8:
                EncodeQ8(values, target);
                break;
            default:
                EncodeQ4(values, target);
                break;
        }
    }

    private static void EncodeQ8(ReadOnlySpan<float> values, Span<byte> target)
    {
        var scale = Largest(values, out _) / 127;
        BinaryPrimitives.WriteHalfLittleEndian(target, (Half)scale);
        for (var i = 0; i < Block; i++)
        {
            target[2 + i] = (byte)(sbyte)(scale > 0 ? MathF.Round(values[i] / scale) : 0);
        }
    }

    private static void EncodeQ4(ReadOnlySpan<float> values, Span<byte> target)
    {
        _ = Largest(values, out var extreme);
        var scale = extreme / -8;
        BinaryPrimitives.WriteHalfLittleEndian(target, (Half)scale);
        var inverse = scale != 0 ? 1 / scale : 0;
        for (var i = 0; i < Block / 2; i++)
        {
            var low = Math.Min(15, (int)((values[i] * inverse) + 8.5f));
            var high = Math.Min(15, (int)((values[i + (Block / 2)] * inverse) + 8.5f));
            target[2 + i] = (byte)(low | (high << 4));
        }
    }

    private static float Largest(ReadOnlySpan<float> values, out float signed)
    {
        signed = 0;
        foreach (var value in values)
        {
            signed = MathF.Abs(value) > MathF.Abs(signed) ? value : signed;
        }

        return MathF.Abs(signed);
    }
}
