using System.Net;
using HalfFull.Load.Prompts;

namespace HalfFull.Load.OpenAi;

/// <summary>A request body in a pooled buffer, which must not be filled again before it <see cref="WasSent"/>.</summary>
internal sealed class BodyContent(PooledBytes body) : HttpContent
{
    private readonly ReadOnlyMemory<byte> bytes = body.Written;

    /// <summary>Whether the transport has taken every byte.</summary>
    public bool WasSent { get; private set; }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(bytes, cancellationToken);
        WasSent = true;
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
