using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Gateway;

namespace FooBar.Tests.Integration.Gateway;

public sealed class HttpsTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Https_ForWhoTrustsTheDevelopmentCertificate_WorksOverHttp2AndForTheSitesNames()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var gateway = await StartGatewayAsync(web1);
        var file = Path.Combine(_data.Path, "foobar", "gateway.pfx");
        using var trusted = X509CertificateLoader.LoadPkcs12FromFile(file, password: null);

        foreach (var name in new[] { "localhost", "web.localhost", "www.foobar.com", "foobar.com" })
        {
            using var client = ClientThatTrusts(trusted, name);
            using var response = await client.GetAsync(gateway.Https);

            Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task Https_WithAGivenPemCertificate_PresentsIt()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var given = new CertificateRequest("CN=given.example", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        await File.WriteAllTextAsync(Path.Combine(_data.Path, "given.crt"), given.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_data.Path, "given.key"), key.ExportPkcs8PrivateKeyPem());
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var gateway = await StartGatewayAsync(
            web1,
            ("Gateway__Certificate__Path", Path.Combine(_data.Path, "given.crt")),
            ("Gateway__Certificate__KeyPath", Path.Combine(_data.Path, "given.key")));

        var subject = "";
        using var client = TestClient.New(certificate => subject = certificate.Subject);
        using var response = await client.GetAsync(gateway.Https);

        Assert.Equal("CN=given.example", subject);
        Assert.False(Directory.Exists(Path.Combine(_data.Path, "foobar")), "a development certificate was made although one was given");
    }

    private Task<GatewayProcess> StartGatewayAsync(TestReplica replica, params (string Name, string Value)[] settings) =>
        GatewayProcess.StartAsync(new GatewaySetup
        {
            DataFolder = _data.Path,
            Environment = GatewaySetup.Forwarding(replica).Concat(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))).ToDictionary(),
        });

    private static HttpClient ClientThatTrusts(X509Certificate2 certificate, string name) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            TargetHost = name,
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { certificate },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    })
    {
        DefaultRequestVersion = HttpVersion.Version20,
        Timeout = TimeSpan.FromSeconds(20),
    };
}
