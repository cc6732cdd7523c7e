using System.Data;
using System.Diagnostics;
using MySqlConnector;

namespace FooBar.Tests.Integration.Connectors;

/// <summary>A server whose processes stand still: TCP works, and no answer ever comes.</summary>
public sealed class HungServerTests(ConnectorServer server) : IClassFixture<ConnectorServer>
{
    [Fact]
    public async Task Query_CancelledWhileTheServerHangs_FreesItsCallerAndGivesTheConnectionUp()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var connection = await server.Source.OpenConnectionAsync(limit.Token);
        await server.Container.PauseAsync(limit.Token);
        try
        {
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            var begun = Stopwatch.GetTimestamp();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ConnectorServer.ScalarAsync(connection, "SELECT 1", cancellation.Token));

            Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(5));
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
