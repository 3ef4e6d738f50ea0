using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace HalfFull.Gateway.Tls;

/// <summary>Where the gateway's certificate lies.</summary>
/// <param name="Certificate">A PEM file, the certificate first and those of its issuers after it, or a PKCS #12 file (<c>.pfx</c>, <c>.p12</c>).</param>
/// <param name="Key">PEM file of the private key; null when it is in the first file.</param>
/// <param name="Password">Password of a PKCS #12 file; null for none.</param>
public sealed record TlsFiles(string Certificate, string? Key = null, string? Password = null)
{
    private bool IsPkcs12 =>
        Certificate.EndsWith(".pfx", StringComparison.OrdinalIgnoreCase) || Certificate.EndsWith(".p12", StringComparison.OrdinalIgnoreCase);

    /// <summary>Says everything but the password.</summary>
    public override string ToString() => Key is null ? Certificate : $"{Certificate} with {Key}";

    /// <summary>Reads the files.</summary>
    /// <exception cref="IOException">They cannot be read, or are not what they should be.</exception>
    internal SslStreamCertificateContext Load()
    {
        try
        {
            var all = IsPkcs12 ? X509CertificateLoader.LoadPkcs12CollectionFromFile(Certificate, Password) : [];
            var own = IsPkcs12
                ? all.First(certificate => certificate.HasPrivateKey)
                : X509Certificate2.CreateFromPemFile(Certificate, Key ?? Certificate);
            if (!IsPkcs12)
            {
                all.ImportFromPemFile(Certificate);
            }

            return SslStreamCertificateContext.Create(own, all, offline: true);
        }
        catch (Exception error) when (error is System.Security.Cryptography.CryptographicException or InvalidOperationException or ArgumentException or UnauthorizedAccessException)
        {
            throw new IOException($"The TLS certificate {this} is not accepted: give a PEM file with its key, or a PKCS #12 file with its password.", error);
        }
        catch (IOException error)
        {
            throw new IOException($"The TLS certificate {this} cannot be read: {error.Message}", error);
        }
    }
}
