using MySqlConnector;
using static FooBar.Tests.Integration.Connectors.ConnectorServer;

namespace FooBar.Tests.Integration.Connectors;

/// <summary>What FooBar relies on where a server has to prove who it is.</summary>
public sealed class VerifiedServerTests(VerifiedServer server) : IClassFixture<VerifiedServer>
{
    private readonly CancellationToken _limit = new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token;

    [Fact]
    public async Task VerifyFull_NameAndAuthorityAreRight_Connects() =>
        Assert.StartsWith("TLSv1.", await TlsVersionAsync(MySqlSslMode.VerifyFull, "localhost", server.AuthorityPath), StringComparison.Ordinal);

    [Fact]
    public async Task VerifyFull_AnotherName_IsRefused() =>
        Assert.Contains("RemoteCertificateNameMismatch", await RefusalAsync(MySqlSslMode.VerifyFull, "127.0.0.1", server.AuthorityPath), StringComparison.Ordinal);

    [Theory]
    [InlineData(MySqlSslMode.VerifyCA)]
    [InlineData(MySqlSslMode.VerifyFull)]
    public async Task Verification_AuthorityOfTheSameNameButAnotherKey_IsRefused(MySqlSslMode mode) =>
        Assert.Contains("RemoteCertificateChainErrors", await RefusalAsync(mode, "localhost", server.OtherAuthorityPath), StringComparison.Ordinal);

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
