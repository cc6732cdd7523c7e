using MySqlConnector;
using static FooBar.Tests.Integration.Connectors.ConnectorServer;

namespace FooBar.Tests.Integration.Connectors;

/// <summary>What FooBar relies on where a server has to prove who it is; the same with the package and with its stand-in.</summary>
public sealed class VerifiedServerTests(VerifiedServer server) : IClassFixture<VerifiedServer>
{
    private readonly CancellationToken _limit = new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token;

    [Fact]
    public async Task VerifyFull_NameAndAuthorityAreRight_Connects() =>
        Assert.StartsWith("TLSv1.", await TlsVersionAsync(MySqlSslMode.VerifyFull, "localhost", server.AuthorityPath), StringComparison.Ordinal);

    [Fact]
    public async Task VerifyCA_AnotherName_Connects() =>
        Assert.StartsWith("TLSv1.", await TlsVersionAsync(MySqlSslMode.VerifyCA, "127.0.0.1", server.AuthorityPath), StringComparison.Ordinal);

    [Fact]
    public async Task VerifyFull_AnotherName_IsRefused() =>
        Assert.Contains("RemoteCertificateNameMismatch", await RefusalAsync(MySqlSslMode.VerifyFull, "127.0.0.1", server.AuthorityPath), StringComparison.Ordinal);

    [Theory]
    [InlineData(MySqlSslMode.VerifyCA)]
    [InlineData(MySqlSslMode.VerifyFull)]
    public async Task Verification_AuthorityOfTheSameNameButAnotherKey_IsRefused(MySqlSslMode mode) =>
        Assert.Contains("RemoteCertificateChainErrors", await RefusalAsync(mode, "localhost", server.OtherAuthorityPath), StringComparison.Ordinal);

    [Theory]
    [InlineData(MySqlSslMode.VerifyCA)]
    [InlineData(MySqlSslMode.VerifyFull)]
    public async Task Verification_NoAuthorityButTheSystems_IsRefused(MySqlSslMode mode) =>
        Assert.Contains("RemoteCertificateChainErrors", await RefusalAsync(mode, "localhost", authority: null), StringComparison.Ordinal);

    [Fact]
    public async Task Verification_AuthorityIsNoFile_NamesIt()
    {
        var failure = await Assert.ThrowsAsync<MySqlException>(() => TlsVersionAsync(MySqlSslMode.VerifyFull, "localhost", "/no/such/ca.crt"));

        Assert.Contains("/no/such/ca.crt", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verification_PasswordIsWrong_KeepsTheServersAnswer()
    {
        var settings = Settings(MySqlSslMode.VerifyFull, "localhost", server.AuthorityPath);
        settings.Password = "wrong";
        await using var connection = new MySqlConnection(settings.ConnectionString);

        var denied = await Assert.ThrowsAsync<MySqlException>(() => connection.OpenAsync(_limit));

        Assert.Equal((MySqlErrorCode.AccessDenied, "28000"), (denied.ErrorCode, denied.SqlState));
    }

    [Fact]
    public async Task Verification_ServerHasForgottenThePasswordsHash_LogsInAllTheSame()
    {
        await using (var connection = new MySqlConnection(Settings(MySqlSslMode.VerifyFull, "localhost", server.AuthorityPath).ConnectionString))
        {
            await connection.OpenAsync(_limit);
            await ScalarAsync(connection, "FLUSH PRIVILEGES", _limit);
        }

        Assert.StartsWith("TLSv1.", await TlsVersionAsync(MySqlSslMode.VerifyFull, "localhost", server.AuthorityPath), StringComparison.Ordinal);
        Assert.StartsWith("TLSv1.", await TlsVersionAsync(MySqlSslMode.VerifyFull, "localhost", server.AuthorityPath), StringComparison.Ordinal);
    }

    private async Task<string> RefusalAsync(MySqlSslMode mode, string host, string? authority)
    {
        var failure = await Assert.ThrowsAsync<MySqlException>(() => TlsVersionAsync(mode, host, authority));

        Assert.Equal((MySqlErrorCode.UnableToConnectToHost, "SSL Authentication Error"), (failure.ErrorCode, failure.Message));
        return failure.InnerException!.Message;
    }

    private async Task<string> TlsVersionAsync(MySqlSslMode mode, string host, string? authority)
    {
        await using var connection = new MySqlConnection(Settings(mode, host, authority).ConnectionString);
        await connection.OpenAsync(_limit);
        return (string)(await ScalarAsync(connection, "SELECT variable_value FROM performance_schema.session_status WHERE variable_name = 'Ssl_version'", _limit))!;
    }

    private MySqlConnectionStringBuilder Settings(MySqlSslMode mode, string host, string? authority) =>
        new(server.ConnectionString) { SslMode = mode, Server = host, SslCa = authority };
}
