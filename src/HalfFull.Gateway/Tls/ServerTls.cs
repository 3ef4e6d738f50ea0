using System.Net.Security;

namespace HalfFull.Gateway.Tls;

/// <summary>The certificate that new connections get; it can be replaced while the gateway runs.</summary>
internal sealed class ServerTls
{
    private volatile SslServerAuthenticationOptions current;

    /// <exception cref="IOException">The files are not accepted.</exception>
    public ServerTls(TlsFiles files) => current = Of(files.Load());

    /// <summary>What a new connection gets.</summary>
    public SslServerAuthenticationOptions Current => current;

    /// <summary>Takes another certificate for connections from now on.</summary>
    public void Replace(SslStreamCertificateContext certificate) => current = Of(certificate);

    private static SslServerAuthenticationOptions Of(SslStreamCertificateContext certificate) => new()
    {
        ServerCertificateContext = certificate,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };
}
