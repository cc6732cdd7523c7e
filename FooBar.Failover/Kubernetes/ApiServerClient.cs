using System.Security.Cryptography.X509Certificates;
using k8s;

namespace FooBar.Failover.Kubernetes;

/// <summary>Makes the client of the API server, with the bounds that a lease needs.</summary>
internal static class ApiServerClient
{
    /// <param name="access">Where the API server is, and who calls it. It is used up.</param>
    /// <param name="connectTimeout">How long a connection may take to be established.</param>
    public static IKubernetes Create(KubernetesClientConfiguration access, TimeSpan connectTimeout)
    {
        // The client's own verification, which these certificates turn on, accepts a certificate of another host.
        var authorities = access.SslCaCerts;
        access.SslCaCerts = null;
        access.FirstMessageHandlerSetup = handler =>
        {
            handler.AllowAutoRedirect = false;
            handler.UseCookies = false;
            handler.UseProxy = false; // the API server is a part of the cluster, whatever proxy leads out of it
            handler.ConnectTimeout = connectTimeout;
            handler.SslOptions.CertificateChainPolicy = authorities is null ? null : Trust(authorities);
        };

        // HTTP/2 would send the next request over the connection on which the one before was not answered. With HTTP/1.1 a request
        // that is given up closes its connection, and the next one may reach another API server.
        access.DisableHttp2 = true;
        access.HttpClientTimeout = Timeout.InfiniteTimeSpan; // ApiServer limits each call, by the injected clock
        return new k8s.Kubernetes(access, new BufferedAnswer());
    }

    private static X509ChainPolicy Trust(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
