using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using FooBar.Tests.Support;
using MySqlConnector;

namespace FooBar.Tests.EndToEnd;

/// <summary>
/// The engine restarts a node's container after CLONE and after a crash, on another port of this machine. FooBar relies on the
/// orchestrator to lead the node's proxied port to the new one.
/// </summary>
[Collection(nameof(FooBarSystem))]
public sealed class RestartedContainerTests(FooBarSystem system)
{
    private const string ContainerId = "container.id";

    [Fact]
    public async Task Node_RestartedByTheEngine_IsReachedAtTheSameAddressAndComesBackInSync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var connectionString = await system.App.GetConnectionStringAsync("mysql-2", limit.Token);
        var started = await StartedAsync(connectionString, limit.Token);
        Assert.True(system.App.ResourceNotifications.TryGetCurrentState("mysql-2", out var state));
        var container = state.Snapshot.Properties.Single(property => property.Name == ContainerId).Value!.ToString()!;

        await DockerCommand.RunAsync(["restart", "--time", "20", container], limit.Token);

        await Eventually.Within(TimeSpan.FromSeconds(40), async ct => Assert.True(await StartedAsync(connectionString, ct) > started));
        using var failover = system.App.CreateHttpClient("failover", "http");
        await Eventually.Within(TimeSpan.FromSeconds(40), async ct =>
        {
            var cluster = await failover.GetFromJsonAsync<JsonElement>(new Uri("/cluster", UriKind.Relative), ct);
            Assert.EndsWith("mysql-2 in sync.", cluster.GetProperty("decision").GetProperty("reason").GetString(), StringComparison.Ordinal);
        });
    }

    // When the server that answers at this address was started, in seconds of its own clock.
    private static async Task<long> StartedAsync(string? connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new MySqlConnection($"{connectionString};Connection Timeout=3;Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new MySqlCommand(
            "SELECT UNIX_TIMESTAMP() - VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Uptime'", connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), null);
    }
}
