using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace FooBar.Tests.Support.Gateway;

/// <summary>Clients of a gateway.</summary>
internal static class TestClient
{
    /// <summary>Keeps its connections, accepts any certificate and shows it to <paramref name="presented"/>.</summary>
    public static HttpClient New(Action<X509Certificate>? presented = null) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                if (certificate is not null)
                {
                    presented?.Invoke(certificate);
                }

                return certificate is not null;
            },
        },
    })
    {
        Timeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>Opens a connection for every request, so that the kernel chooses a gateway each time.</summary>
    public static HttpClient NewWithFreshConnections()
    {
        var client = New();
        client.DefaultRequestHeaders.ConnectionClose = true;
        return client;
    }

    /// <summary>Status and X-Served-By ("" if nobody says that he served) of one GET.</summary>
    public static async Task<(HttpStatusCode Status, string ServedBy)> AskAsync(this HttpClient client, Uri address, CancellationToken ct)
    {
        using var response = await client.GetAsync(address, ct);
        return (response.StatusCode, response.Headers.TryGetValues("X-Served-By", out var names) ? string.Join(',', names) : "");
    }
}
