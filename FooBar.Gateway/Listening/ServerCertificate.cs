using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FooBar.ServiceDefaults.Startup;
using Microsoft.Extensions.Options;

namespace FooBar.Gateway.Listening;

/// <summary>
/// What the https port presents: the given certificate or, without one, the development certificate, which is replaced in
/// time while the gateway runs.
/// </summary>
internal sealed partial class ServerCertificate(
    IOptions<GatewayOptions> options, DevelopmentCertificate development, TimeProvider time, ILogger<ServerCertificate> logger)
{
    private static readonly TimeSpan RetryRenewalAfter = TimeSpan.FromHours(1);

    private volatile Presented? _presented;
    private int _renewing;

    public async Task LoadAsync(CancellationToken ct)
    {
        _presented = options.Value.Certificate is { Path: { } path } given
            ? Given(given, path)
            : await DevelopmentAsync(ct);
    }

    public async ValueTask<SslServerAuthenticationOptions> ForConnectionAsync(CancellationToken ct)
    {
        var presented = _presented ?? throw new InvalidOperationException("The certificate is loaded before the port listens.");
        if (presented.RenewAt <= time.GetUtcNow() && Interlocked.Exchange(ref _renewing, 1) == 0)
        {
            // One connection renews; the others go on with the certificate that is still valid for weeks.
            try
            {
                _presented = presented = await RenewedAsync(presented, ct);
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
        return new Presented(Tls(certificate, chain: null), DevelopmentCertificate.RenewalOf(certificate));
    }

    private Presented Given(CertificateOptions given, string path)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            X509Certificate2 certificate;
            if (given.KeyPath is null)
            {
                chain = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, given.Password);
                certificate = chain.FirstOrDefault(candidate => candidate.HasPrivateKey)
                    ?? throw new CryptographicException("it holds no private key");
            }
            else
            {
                chain.ImportFromPemFile(path);
                certificate = given.Password is null
                    ? X509Certificate2.CreateFromPemFile(path, given.KeyPath)
                    : X509Certificate2.CreateFromEncryptedPemFile(path, given.Password, given.KeyPath);
            }

            UsingGiven(path, certificate.NotAfter);
            return new Presented(Tls(certificate, chain), DateTimeOffset.MaxValue);
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"the certificate in '{path}' (Gateway:Certificate:Path) cannot be used, {failure.Message.TrimEnd('.')}: " +
                "give a PKCS #12 file and its Password, or PEM files as Path and KeyPath.", failure);
        }
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

    private sealed record Presented(SslServerAuthenticationOptions Tls, DateTimeOffset RenewAt);
}
