using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FooBar.ServiceDefaults.Startup;

namespace FooBar.Gateway.Listening;

/// <summary>The files of the operator's certificate as they are at one moment; they may be replaced at any other.</summary>
internal sealed class GivenCertificate
{
    private readonly CertificateOptions _given;
    private readonly byte[] _certificate;
    private readonly byte[] _key;

    private GivenCertificate(CertificateOptions given, byte[] certificate, byte[] key)
    {
        (_given, _certificate, _key) = (given, certificate, key);
        Version = Convert.ToHexString(SHA256.HashData([.. SHA256.HashData(certificate), .. SHA256.HashData(key)]));
    }

    public string Path => _given.Path!;

    /// <summary>The same for the same content.</summary>
    public string Version { get; }

    /// <exception cref="StartupException">A file cannot be read.</exception>
    public static async Task<GivenCertificate> ReadAsync(CertificateOptions given, CancellationToken ct)
    {
        try
        {
            var certificate = await File.ReadAllBytesAsync(given.Path!, ct);
            return new GivenCertificate(given, certificate, given.KeyPath is null ? [] : await File.ReadAllBytesAsync(given.KeyPath, ct));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unusable(given, failure);
        }
    }

    /// <exception cref="StartupException">They are no certificate with its private key.</exception>
    public (X509Certificate2 Certificate, X509Certificate2Collection Chain) Load()
    {
        try
        {
            return _given.KeyPath is null ? LoadPkcs12() : LoadPem(Encoding.UTF8.GetString(_certificate), Encoding.UTF8.GetString(_key));
        }
        catch (CryptographicException failure)
        {
            throw Unusable(_given, failure);
        }
    }

    private (X509Certificate2 Certificate, X509Certificate2Collection Chain) LoadPkcs12()
    {
        var chain = X509CertificateLoader.LoadPkcs12Collection(_certificate, _given.Password);
        return chain.FirstOrDefault(candidate => candidate.HasPrivateKey) is { } certificate
            ? (certificate, chain)
            : throw new CryptographicException("it holds no private key");
    }

    private (X509Certificate2 Certificate, X509Certificate2Collection Chain) LoadPem(string certificate, string key)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificate);
        return _given.Password is null
            ? (X509Certificate2.CreateFromPem(certificate, key), chain)
            : (X509Certificate2.CreateFromEncryptedPem(certificate, key, _given.Password), chain);
    }

    private static StartupException Unusable(CertificateOptions given, Exception failure) => new(
        $"the certificate in '{given.Path}' (Gateway:Certificate:Path) cannot be used, {failure.Message.TrimEnd('.')}: " +
        "give a PKCS #12 file and its Password, or PEM files as Path and KeyPath.", failure);
}
