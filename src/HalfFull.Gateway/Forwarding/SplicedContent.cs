using System.Net;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.OpenAi;

namespace HalfFull.Gateway.Forwarding;

/// <summary>A client's body as it came, but for at most one splice. Holds the buffer for as long as the connection may read it.</summary>
internal sealed class SplicedContent : HttpContent
{
    private readonly PooledBody body;
    private readonly BodySplice splice;

    public SplicedContent(PooledBody body, BodySplice? splice)
    {
        this.body = body;
        this.splice = splice ?? default;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var shared = body.Read();
        if (splice.Inserted.IsEmpty)
        {
            await stream.WriteAsync(shared.Memory, cancellationToken);
            return;
        }

        await stream.WriteAsync(shared.Memory[..splice.Offset], cancellationToken);
        await stream.WriteAsync(splice.Inserted, cancellationToken);
        await stream.WriteAsync(shared.Memory[(splice.Offset + splice.Removed)..], cancellationToken);
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = body.Length - splice.Removed + splice.Inserted.Length;
        return true;
    }
}
