using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.Tls;
using HalfFull.Routing;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Tests.Tls;

public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("halffull-tls-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Pem_and_pkcs12_serve_https_and_a_renewed_certificate_needs_no_restart()
    {
        using var first = Certificate("first");
        using var second = Certificate("second");
        await using var gateway = await GatewayServer.StartAsync(Given.Options with { Tls = Pem(first) });
        Assert.Equal("https", gateway.Address.Scheme);
        Assert.Equal(first.Thumbprint, await Seen(gateway));

        var pfx = Path.Combine(folder.FullName, "second.pfx");
        await File.WriteAllBytesAsync(pfx, second.Export(X509ContentType.Pkcs12, "password"));
        await gateway.ApplyAsync(gateway.Options with { Tls = new TlsFiles(pfx, null, "password") });
        Assert.Equal(second.Thumbprint, await Seen(gateway));

        // A wrong one changes nothing.
        await Assert.ThrowsAsync<IOException>(() => gateway.ApplyAsync(gateway.Options with { Tls = new TlsFiles(pfx, null, "wrong") }));
        Assert.Equal(second.Thumbprint, await Seen(gateway));
    }

    [Theory]
    [InlineData("ca", true)]
    [InlineData("insecure", true)]
    [InlineData("system", false)]
    [InlineData("other", false)]
    public async Task A_replica_with_https_is_trusted_as_told(string how, bool trusted)
    {
        using var certificate = Certificate("replica");
        using var other = Certificate("other");
        await using var upstream = await HttpHost.StartAsync("127.0.0.1", 0, _ => { }, new ServerTls(Pem(certificate)), context => context.Response.WriteAsync("{}"));
        var tls = how switch
        {
            "ca" => new UpstreamTls(Pem(certificate).Certificate),
            "other" => new UpstreamTls(Pem(other).Certificate),
            "insecure" => new UpstreamTls(IsInsecure: true),
            _ => new UpstreamTls(),
        };
        await using var gateway = await GatewayServer.StartAsync(Given.Options with { Replicas = [upstream.Address], UpstreamTls = tls });
        if (trusted)
        {
            await Eventually.True(() => gateway.Pool.Read(all => all[0].State == ReplicaState.Ready), "it is ready");
            using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        else
        {
            await Eventually.True(() => gateway.Pool.Read(all => all[0].FailedChecks > 2), "its certificate is refused");
            Assert.Equal(ReplicaState.Down, gateway.Pool.Read(all => all[0].State));
        }
    }

    [Fact]
    public async Task A_certificate_that_is_none_is_named()
    {
        var file = Path.Combine(folder.FullName, "none.pem");
        await File.WriteAllTextAsync(file, "nothing");
        var error = await Assert.ThrowsAsync<IOException>(() => GatewayServer.StartAsync(Given.Options with { Tls = new TlsFiles(file) }));
        Assert.Contains("none.pem", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<IOException>(() => GatewayServer.StartAsync(Given.Options with { UpstreamTls = new UpstreamTls(file) }));
        Assert.Contains("none.pem", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => GatewayServer.StartAsync(Given.Options with { Tls = new TlsFiles(file + "x") }));
    }

    private static async Task<string> Seen(GatewayServer gateway)
    {
        var thumbprint = string.Empty;
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    thumbprint = ((X509Certificate2)certificate!).Thumbprint;
                    return thumbprint.Length > 0; // which one it was is for the test to judge
                },
            },
        };
        using var client = new HttpClient(handler);
        Assert.Equal("ok\n", await client.GetStringAsync(new Uri(gateway.Address, "/health")));
        return thumbprint;
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private TlsFiles Pem(X509Certificate2 certificate)
    {
        var path = Path.Combine(folder.FullName, certificate.Thumbprint + ".pem");
        var key = Path.ChangeExtension(path, ".key");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        File.WriteAllText(key, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return new TlsFiles(path, key);
    }
}
