using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using FooBar.ServiceDefaults.Startup;
using Microsoft.Extensions.Options;

namespace FooBar.Gateway.Listening;

/// <summary>
/// What the https port presents: the given certificate, again when its files are replaced, or, without one, the development
/// certificate, which is renewed in time. Connections keep what they were opened with.
/// </summary>
internal sealed partial class ServerCertificate(
    IOptions<GatewayOptions> options, DevelopmentCertificate development, TimeProvider time, ILogger<ServerCertificate> logger)
{
    private static readonly TimeSpan RetryRenewalAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(30);

    private volatile Presented? _presented;
    private int _renewing;

    public async Task LoadAsync(CancellationToken ct)
    {
        _presented = options.Value.Certificate is { Path: not null } given
            ? Given(await GivenCertificate.ReadAsync(given, ct))
            : await DevelopmentAsync(ct);
    }

    public async ValueTask<SslServerAuthenticationOptions> ForConnectionAsync(CancellationToken ct)
    {
        var presented = _presented ?? throw new InvalidOperationException("The certificate is loaded before the port listens.");
        if (presented.RenewAt <= time.GetUtcNow() && Interlocked.Exchange(ref _renewing, 1) == 0)
        {
            // One connection renews; the others go on with the certificate that was good until now.
            try
            {
                _presented = presented = options.Value.Certificate is { Path: not null } given
                    ? await ReplacedAsync(presented, given, ct)
                    : await RenewedAsync(presented, ct);
            }
            finally
            {
                Volatile.Write(ref _renewing, 0);
            }
        }

        return presented.Tls;
    }

    private async Task<Presented> RenewedAsync(Presented presented, CancellationToken ct)
    {
        try
        {
            return await DevelopmentAsync(ct);
        }
        catch (StartupException failure)
        {
            NotRenewed(failure.Message);
            return presented with { RenewAt = time.GetUtcNow() + RetryRenewalAfter };
        }
    }

    private async Task<Presented> DevelopmentAsync(CancellationToken ct)
    {
        var certificate = await development.LoadOrCreateAsync(ct);
        UsingDevelopment(development.Path, certificate.NotAfter);
        return new Presented(Tls(certificate, chain: null), DevelopmentCertificate.RenewalOf(certificate), Version: "");
    }

    private async Task<Presented> ReplacedAsync(Presented presented, CertificateOptions given, CancellationToken ct)
    {
        var lookAgainAt = time.GetUtcNow() + LookAgainAfter;
        var version = "";
        try
        {
            var files = await GivenCertificate.ReadAsync(given, ct);
            version = files.Version;
            return version == presented.Version ? presented with { RenewAt = lookAgainAt } : Given(files);
        }
        catch (StartupException failure)
        {
            if (version != presented.Version)
            {
                NotRenewed(failure.Message);
            }

            return presented with { RenewAt = lookAgainAt, Version = version };
        }
    }

    private Presented Given(GivenCertificate files)
    {
        var (certificate, chain) = files.Load();
        UsingGiven(files.Path, certificate.NotAfter);
        return new Presented(Tls(certificate, chain), time.GetUtcNow() + LookAgainAfter, files.Version);
    }

    private static SslServerAuthenticationOptions Tls(X509Certificate2 certificate, X509Certificate2Collection? chain) => new()
    {
        // One context for all connections: the chain is built once and sessions can be resumed.
        ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };

    [LoggerMessage(1001, LogLevel.Information, "https presents the development certificate {Path}, valid until {NotAfter:yyyy-MM-dd}.")]
    private partial void UsingDevelopment(string path, DateTime notAfter);

    [LoggerMessage(1002, LogLevel.Information, "https presents the certificate {Path}, valid until {NotAfter:yyyy-MM-dd}.")]
    private partial void UsingGiven(string path, DateTime notAfter);

    [LoggerMessage(1003, LogLevel.Warning, "The certificate of https was not renewed: {Reason}")]
    private partial void NotRenewed(string reason);

    /// <param name="Tls">For new connections.</param>
    /// <param name="RenewAt">When to look for its successor.</param>
    /// <param name="Version">Of the given files that were tried last, whether they are those presented or cannot be used.</param>
    private sealed record Presented(SslServerAuthenticationOptions Tls, DateTimeOffset RenewAt, string Version);
}
