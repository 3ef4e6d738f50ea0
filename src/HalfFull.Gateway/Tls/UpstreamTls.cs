using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace HalfFull.Gateway.Tls;

/// <summary>How certificates of replicas are checked.</summary>
/// <param name="CaFile">PEM file of the authorities that are trusted, and no others; null for those of the system.</param>
/// <param name="IsInsecure">Whether any certificate is accepted: whoever sits between can then read and change everything.</param>
public sealed record UpstreamTls(string? CaFile = null, bool IsInsecure = false)
{
    /// <summary>The checks of a connection.</summary>
    /// <exception cref="IOException">The file is not accepted.</exception>
    internal SslClientAuthenticationOptions Options()
    {
        if (IsInsecure)
        {
#pragma warning disable CA5359, MA0039 // Asked for by name, and told loudly at the start.
            return new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true };
#pragma warning restore CA5359, MA0039
        }

        if (CaFile is not { } file)
        {
            return new SslClientAuthenticationOptions();
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception error) when (error is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The authorities of replicas cannot be read from {file}: {error.Message}", error);
        }

        return policy.CustomTrustStore.Count > 0
            ? new SslClientAuthenticationOptions { CertificateChainPolicy = policy }
            : throw new IOException($"{file} holds no certificate: give a PEM file of the authorities that replicas' certificates come from.");
    }
}
