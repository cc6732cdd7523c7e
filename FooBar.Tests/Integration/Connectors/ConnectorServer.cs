using FooBar.Tests.Support;
using MySqlConnector;
using Testcontainers.MySql;

namespace FooBar.Tests.Integration.Connectors;

/// <summary>One server with its self-signed certificate, and a pool of connections to it.</summary>
public sealed class ConnectorServer : IAsyncLifetime
{
    public MySqlContainer Container { get; } = TestRun.MySql().WithPassword("password-of-a-test").Build();

    public string ConnectionString => Container.GetConnectionString() + ";SslMode=Required";

    public MySqlDataSource Source { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Container.StartAsync();
        Source = new MySqlDataSource(ConnectionString);
    }

    public async Task DisposeAsync()
    {
        if (Source is not null)
        {
            await Source.DisposeAsync();
        }

        await Container.DisposeAsync();
    }

    public async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        return await ScalarAsync(connection, sql, cancellationToken);
    }

    public static async Task<object?> ScalarAsync(MySqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new MySqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
