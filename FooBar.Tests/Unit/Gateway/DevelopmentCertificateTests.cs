using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FooBar.Gateway.Listening;
using FooBar.ServiceDefaults.Startup;
using Microsoft.Extensions.Time.Testing;

namespace FooBar.Tests.Unit.Gateway;

public sealed class DevelopmentCertificateTests : IDisposable
{
    private static readonly DateTimeOffset Today = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(Today);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task LoadOrCreate_AskedByManyAtOnce_MakesOne()
    {
        var certificates = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => LoadOrCreateAsync(TimeProvider.System))));

        Assert.Single(certificates.Select(certificate => certificate.Thumbprint).Distinct());
        Assert.Equal(["gateway.pfx", "gateway.pfx.lock"], Files());
    }

    [Fact]
    public async Task LoadOrCreate_New_IsForTheNamesOfTheSiteAndLastsAYear()
    {
        var certificate = await LoadOrCreateAsync(_time);

        foreach (var name in new[] { "localhost", "web-1.localhost", "www.foobar.com", "foobar.com", "127.0.0.1", "::1" })
        {
            Assert.True(certificate.MatchesHostname(name), name);
        }

        Assert.False(certificate.MatchesHostname("example.com"));
        Assert.True(certificate.HasPrivateKey);
        Assert.Equal(Today.AddDays(365), certificate.NotAfter);
        Assert.True(certificate.NotBefore < Today, "a clock that is a little behind would refuse it");
    }

    [Theory]
    [InlineData(334, false)]
    [InlineData(336, true)]
    public async Task LoadOrCreate_Later_ReplacesItOnlyInItsLastMonth(int days, bool replaced)
    {
        var first = await LoadOrCreateAsync(_time);
        _time.SetUtcNow(Today.AddDays(days));

        var second = await LoadOrCreateAsync(_time);

        Assert.Equal(replaced, first.Thumbprint != second.Thumbprint);
    }

    [Fact]
    public async Task LoadOrCreate_DamagedFile_IsReplaced()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "gateway.pfx"), "half a certifi");

        Assert.True((await LoadOrCreateAsync(_time)).HasPrivateKey);
    }

    [Fact]
    public async Task LoadOrCreate_CertificateForOtherNames_IsReplaced()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = new CertificateRequest("CN=other", key, HashAlgorithmName.SHA256).CreateSelfSigned(Today, Today.AddDays(365));
        await File.WriteAllBytesAsync(Path.Combine(_folder.Path, "gateway.pfx"), other.Export(X509ContentType.Pkcs12));

        Assert.NotEqual(other.Thumbprint, (await LoadOrCreateAsync(_time)).Thumbprint);
    }

    [Fact]
    public async Task LoadOrCreate_FolderThatCannotBeMade_SaysWhatToSet()
    {
        var file = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(file, "");

        var failure = await Assert.ThrowsAsync<StartupException>(() =>
            new DevelopmentCertificate(Path.Combine(file, "foobar"), _time).LoadOrCreateAsync(CancellationToken.None));

        Assert.Contains("XDG_DATA_HOME", failure.Message, StringComparison.Ordinal);
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
    }

    private Task<X509Certificate2> LoadOrCreateAsync(TimeProvider time) =>
        new DevelopmentCertificate(_folder.Path, time).LoadOrCreateAsync(CancellationToken.None);

    private IEnumerable<string?> Files() => Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order();
}
