namespace HalfFull.Gateway.Upstream;

/// <summary>Sends what goes over plain HTTP the short way and everything else through the framework's client.</summary>
internal sealed class ReplicaHandler(TimeSpan connectTimeout, HttpMessageHandler others) : DelegatingHandler(others)
{
    private readonly HttpMessageInvoker plain = new(new PlainHttpHandler(connectTimeout));

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        string.Equals(request.RequestUri?.Scheme, Uri.UriSchemeHttp, StringComparison.Ordinal) ? plain.SendAsync(request, cancellationToken) : base.SendAsync(request, cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            plain.Dispose();
        }

        base.Dispose(disposing);
    }
}
