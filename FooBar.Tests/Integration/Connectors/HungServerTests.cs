using System.Data;
using System.Diagnostics;
using MySqlConnector;

namespace FooBar.Tests.Integration.Connectors;

/// <summary>A server whose processes stand still: TCP works, and no answer ever comes.</summary>
public sealed class HungServerTests(ConnectorServer server) : IClassFixture<ConnectorServer>
{
    [Fact]
    public async Task Query_BeyondItsLimitsWhileTheServerHangs_FreesItsCallerAndGivesTheConnectionUp()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var connection = await server.Source.OpenConnectionAsync(limit.Token);
        await server.Container.PauseAsync(limit.Token);
        try
        {
            // A token alone does not end this: only the command time-out does, and after it the cancellation time-out of 2 s.
            await using var command = new MySqlCommand("SELECT 1", connection) { CommandTimeout = 1 };
            var begun = Stopwatch.GetTimestamp();

            var failure = await Assert.ThrowsAsync<MySqlException>(() => command.ExecuteScalarAsync(limit.Token));

            Assert.Equal(MySqlErrorCode.CommandTimeoutExpired, failure.ErrorCode);
            Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(8));
            Assert.NotEqual(ConnectionState.Open, connection.State);
            await connection.CloseAsync();
        }
        finally
        {
            await server.Container.UnpauseAsync(CancellationToken.None);
        }

        Assert.Equal(1L, await server.ScalarAsync("SELECT 1", limit.Token));
    }
}
