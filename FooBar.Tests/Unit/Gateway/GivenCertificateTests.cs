using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FooBar.Gateway;
using FooBar.Gateway.Listening;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FooBar.Tests.Unit.Gateway;

/// <summary>A certificate that is replaced on disk while the gateway runs.</summary>
public sealed class GivenCertificateTests : IDisposable
{
    private static readonly DateTimeOffset Today = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan AMinute = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(Today);
    private readonly Lines _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ForConnection_SecretRotatesBehindItsSymlink_PresentsTheNewCertificateWithinAMinute()
    {
        MountSecret("first");
        var certificate = await LoadAsync(Pem());
        Assert.Equal("CN=first", await PresentedAsync(certificate));

        MountSecret("second");
        _time.Advance(AMinute);

        Assert.Equal("CN=second", await PresentedAsync(certificate));
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public async Task ForConnection_Pkcs12FileIsReplaced_PresentsTheNewCertificateWithinAMinute()
    {
        var file = Path.Combine(_folder.Path, "gateway.pfx");
        WritePkcs12(file, "first");
        var certificate = await LoadAsync(new CertificateOptions { Path = file, Password = "p" });
        Assert.Equal("CN=first", await PresentedAsync(certificate));

        WritePkcs12(file, "second");
        _time.Advance(AMinute);

        Assert.Equal("CN=second", await PresentedAsync(certificate));
    }

    [Theory]
    [InlineData("tls.crt")]
    [InlineData("tls.key")]
    public async Task ForConnection_NewFileIsBroken_KeepsTheOldCertificateAndWarnsOnceUntilItIsMended(string broken)
    {
        MountSecret("first");
        var certificate = await LoadAsync(Pem());
        File.WriteAllText(Path.Combine(_folder.Path, "..data", broken), "not PEM");

        for (var minute = 0; minute < 3; minute++)
        {
            _time.Advance(AMinute);
            Assert.Equal("CN=first", await PresentedAsync(certificate));
        }

        Assert.Contains("Gateway:Certificate:Path", Assert.Single(_log.Warnings), StringComparison.Ordinal);

        MountSecret("second");
        _time.Advance(AMinute);
        Assert.Equal("CN=second", await PresentedAsync(certificate));
    }

    [Fact]
    public async Task ForConnection_FilesAreGone_KeepsTheOldCertificateAndWarnsOnce()
    {
        MountSecret("first");
        var certificate = await LoadAsync(Pem());
        Directory.Delete(Path.Combine(_folder.Path, "..data"));

        for (var minute = 0; minute < 3; minute++)
        {
            _time.Advance(AMinute);
            Assert.Equal("CN=first", await PresentedAsync(certificate));
        }

        Assert.Single(_log.Warnings);
    }

    // As a kubelet does: files are links into a folder that is itself a link, and only that one is replaced.
    private void MountSecret(string subject)
    {
        var version = Directory.CreateDirectory(Path.Combine(_folder.Path, $"..{subject}")).FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = SelfSigned(subject, key);
        File.WriteAllText(Path.Combine(version, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(version, "tls.key"), key.ExportPkcs8PrivateKeyPem());

        var current = Path.Combine(_folder.Path, "..data");
        if (Directory.Exists(current))
        {
            Directory.Delete(current);
        }

        Directory.CreateSymbolicLink(current, version);
        foreach (var name in new[] { "tls.crt", "tls.key" }.Where(name => !File.Exists(Path.Combine(_folder.Path, name))))
        {
            File.CreateSymbolicLink(Path.Combine(_folder.Path, name), Path.Combine(current, name));
        }
    }

    private static void WritePkcs12(string file, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = SelfSigned(subject, key);
        File.WriteAllBytes(file, certificate.Export(X509ContentType.Pkcs12, "p"));
    }

    private static X509Certificate2 SelfSigned(string subject, ECDsa key) =>
        new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256).CreateSelfSigned(Today, Today.AddDays(90));

    private CertificateOptions Pem() => new() { Path = Path.Combine(_folder.Path, "tls.crt"), KeyPath = Path.Combine(_folder.Path, "tls.key") };

    private async Task<ServerCertificate> LoadAsync(CertificateOptions given)
    {
        var certificate = new ServerCertificate(
            Options.Create(new GatewayOptions { Certificate = given }), new DevelopmentCertificate(_folder.Path, _time), _time, _log);
        await certificate.LoadAsync(CancellationToken.None);
        return certificate;
    }

    private static async Task<string?> PresentedAsync(ServerCertificate certificate) =>
        (await certificate.ForConnectionAsync(CancellationToken.None)).ServerCertificateContext?.TargetCertificate.Subject;

    private sealed class Lines : ILogger<ServerCertificate>
    {
        public List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
            {
                Warnings.Add(formatter(state, exception));
            }
        }
    }
}
