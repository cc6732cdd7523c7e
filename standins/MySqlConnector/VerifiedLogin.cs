using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using MySql.Data.MySqlClient.Authentication;

namespace MySqlConnector;

/// <summary>
/// The login of <see cref="MySqlSslMode.VerifyCA"/> and <see cref="MySqlSslMode.VerifyFull"/>: MySql.Data asks it before the first
/// byte goes through the encrypted connection, so a server whose certificate is refused learns not even the user's name. (What
/// MySql.Data itself verifies compares issuers, not host names, and needs a package that is absent.) Otherwise it is
/// caching_sha2_password as MySQL documents it; a verified server may ask for another method.
/// </summary>
internal abstract class VerifiedLogin(bool checkName) : MySqlAuthenticationPlugin
{
    private const int NonceLength = 20;
    private const byte FastSuccess = 3;

    public override string PluginName => "caching_sha2_password";

    public override object GetPassword() => Settings.Password is { Length: > 0 } password
        ? (byte[])[SHA256.HashSizeInBytes, .. Scramble(Encoding.UTF8.GetBytes(password), AuthenticationData.AsSpan(0, NonceLength))]
        : [0];

    protected override void CheckConstraints()
    {
        var certificate = (DriverAccess.StreamOfLogin(this) as SslStream)?.RemoteCertificate
            ?? throw new AuthenticationException("The server has no certificate.");
        ServerCertificate.Verify(certificate, Settings.SslCa, checkName ? Settings.Server : null);
    }

    /// <summary>The server does not remember the password's hash: it gets the password itself, encrypted by the connection.</summary>
    protected override Task<byte[]> MoreDataAsync(byte[] data) =>
        Task.FromResult(data is [FastSuccess, ..] ? null! : Encoding.UTF8.GetBytes(Settings.Password + '\0'));

    // XOR(SHA256(password), SHA256(SHA256(SHA256(password)), nonce))
    private static byte[] Scramble(byte[] password, ReadOnlySpan<byte> nonce)
    {
        var hash = SHA256.HashData(password);
        byte[] challenge = [.. SHA256.HashData(SHA256.HashData(hash)), .. nonce];
        return [.. hash.Zip(SHA256.HashData(challenge), (left, right) => (byte)(left ^ right))];
    }
}

internal sealed class VerifyCALogin() : VerifiedLogin(checkName: false);

internal sealed class VerifyFullLogin() : VerifiedLogin(checkName: true);
