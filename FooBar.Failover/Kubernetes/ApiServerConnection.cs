using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FooBar.ServiceDefaults.Startup;

namespace FooBar.Failover.Kubernetes;

/// <summary>
/// HTTPS to the API server: its certificate must be signed by an authority of the given file and name the host that was
/// called. The file is read once; a process whose lease ends because the authority was replaced is started anew and reads it again.
/// </summary>
internal static class ApiServerConnection
{
    private const int LargestAnswer = 4 * 1024 * 1024;

    public static HttpClient Open(KubernetesOptions options) => new(Handler(options))
    {
        BaseAddress = new Uri(options.ApiServer),
        Timeout = Timeout.InfiniteTimeSpan, // each request has a limit of its own, by the injected clock
        MaxResponseContentBufferSize = LargestAnswer,
    };

    private static SocketsHttpHandler Handler(KubernetesOptions options)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(options.CertificateAuthorityPath);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw Unreadable(options, e.Message, e);
        }

        if (policy.CustomTrustStore.Count == 0)
        {
            throw Unreadable(options, "it holds no certificate", inner: null);
        }

        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false, // the API server is a part of the cluster, whatever proxy leads out of it
            ConnectTimeout = options.RequestTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = { CertificateChainPolicy = policy },
        };
    }

    private static StartupException Unreadable(KubernetesOptions options, string reason, Exception? inner)
    {
        var message = $"Failover:Kubernetes:CertificateAuthorityPath is '{options.CertificateAuthorityPath}', which cannot be used ({reason}); name a file with certificates in PEM.";
        return inner is null ? new StartupException(message) : new StartupException(message, inner);
    }
}
