using System.Buffers;

namespace HalfFull.Load.Prompts;

/// <summary>A growing run of bytes in a pooled array, to be filled again and again.</summary>
internal sealed class PooledBytes : IBufferWriter<byte>, IDisposable
{
    private byte[] bytes = [];

    /// <summary>How many bytes were written.</summary>
    public int Count { get; private set; }

    /// <summary>What was written; valid until more is.</summary>
    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, Count);

    /// <inheritdoc/>
    public void Advance(int count) => Count += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsMemory(Count);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsSpan(Count);
    }

    /// <summary>Starts again with nothing written.</summary>
    public void Clear() => Count = 0;

    /// <summary>Forgets the array without giving it back: someone may still be reading it.</summary>
    public void Abandon() => (bytes, Count) = ([], 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        Abandon();
    }

    private void Reserve(int sizeHint)
    {
        var needed = Count + Math.Max(sizeHint, 1);
        if (needed <= bytes.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(1024, 2 * bytes.Length)));
        Written.Span.CopyTo(larger);
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        bytes = larger;
    }
}
