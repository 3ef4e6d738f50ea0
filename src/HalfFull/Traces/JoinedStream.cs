namespace HalfFull.Traces;

/// <summary>Two streams read as one; neither is closed.</summary>
internal sealed class JoinedStream(Stream first, Stream second) : ForwardStream
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var read = first.Read(buffer);
        return read > 0 ? read : second.Read(buffer);
    }
}
