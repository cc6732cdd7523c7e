using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MySqlConnector;

internal static class ServerCertificate
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>Returns if the certificate comes from whom the client trusts and, unless <paramref name="host"/> is null, names the host.</summary>
    /// <param name="authorityPath">PEM file of trusted certificates, read each time, so that it may be replaced; empty for the system's own.</param>
    /// <exception cref="AuthenticationException">It does not.</exception>
    public static void Verify(X509Certificate presented, string? authorityPath, string? host)
    {
        using var certificate = new X509Certificate2(presented);
        using var chain = new X509Chain();
        chain.ChainPolicy.ApplicationPolicy.Add(ServerAuthentication);
        if (string.IsNullOrEmpty(authorityPath))
        {
            chain.ChainPolicy.RevocationMode = host is null ? X509RevocationMode.NoCheck : X509RevocationMode.Online;
        }
        else
        {
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(Load(authorityPath));
        }

        if (!chain.Build(certificate))
        {
            throw Refused("RemoteCertificateChainErrors", string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation.Trim())));
        }

        if (host is not null && !certificate.MatchesHostname(host))
        {
            throw Refused("RemoteCertificateNameMismatch", $"It is not made out to '{host}'.");
        }
    }

    private static X509Certificate2Collection Load(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new MySqlException(MySqlErrorCode.None, null, $"{(File.Exists(path) ? "Could not load" : "Cannot find")} CA Certificate File: {path}", e);
        }

        return authorities;
    }

    private static AuthenticationException Refused(string error, string details) =>
        new($"The remote certificate was rejected due to the following error: {error}. {details}");
}
