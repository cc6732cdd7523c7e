using MySqlConnector;
using static FooBar.Tests.Integration.Connectors.ConnectorServer;

namespace FooBar.Tests.Integration.Connectors;

/// <summary>A node that goes offline kills the idle connections of every pool. FooBar.Data relies on MySqlConnector to replace them.</summary>
public sealed class PooledConnectionTests(ConnectorServer server) : IClassFixture<ConnectorServer>
{
    private readonly CancellationToken _limit = new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token;

    [Fact]
    public async Task PooledConnection_KilledWhileIdle_IsReplaced()
    {
        await using var source = new MySqlDataSource(server.ConnectionString);
        int killed;
        await using (var connection = await source.OpenConnectionAsync(_limit))
        {
            killed = connection.ServerThread;
        }

        await server.ScalarAsync($"KILL {killed}", _limit);

        await using var next = await source.OpenConnectionAsync(_limit);
        Assert.NotEqual(killed, next.ServerThread);
        Assert.Equal(1L, await ScalarAsync(next, "SELECT 1", _limit));
    }
}
