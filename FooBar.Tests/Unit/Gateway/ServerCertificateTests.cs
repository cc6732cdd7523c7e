using FooBar.Gateway;
using FooBar.Gateway.Listening;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FooBar.Tests.Unit.Gateway;

public sealed class ServerCertificateTests : IDisposable
{
    private static readonly DateTimeOffset Today = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(Today);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ForConnection_InTheLastMonthOfALongLife_PresentsARenewedCertificate()
    {
        var certificate = await LoadAsync();
        var first = await PresentedAsync(certificate);

        _time.SetUtcNow(Today.AddDays(300));
        Assert.Equal(first, await PresentedAsync(certificate));

        _time.SetUtcNow(Today.AddDays(340));
        Assert.NotEqual(first, await PresentedAsync(certificate));
    }

    [Fact]
    public async Task ForConnection_RenewalThatFails_GoesOnWithTheCertificateThatIsStillValid()
    {
        var certificate = await LoadAsync();
        var first = await PresentedAsync(certificate);
        Directory.Delete(Folder, recursive: true);
        await File.WriteAllTextAsync(Folder, "in the way");

        _time.SetUtcNow(Today.AddDays(340));

        Assert.Equal(first, await PresentedAsync(certificate));
        Assert.Equal(first, await PresentedAsync(certificate));
    }

    private string Folder => Path.Combine(_folder.Path, "foobar");

    private async Task<ServerCertificate> LoadAsync()
    {
        var certificate = new ServerCertificate(
            Options.Create(new GatewayOptions()), new DevelopmentCertificate(Folder, _time), _time, NullLogger<ServerCertificate>.Instance);
        await certificate.LoadAsync(CancellationToken.None);
        return certificate;
    }

    private static async Task<string?> PresentedAsync(ServerCertificate certificate) =>
        (await certificate.ForConnectionAsync(CancellationToken.None)).ServerCertificateContext?.TargetCertificate.Thumbprint;
}
