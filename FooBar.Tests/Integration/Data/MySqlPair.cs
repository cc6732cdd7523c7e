using System.Globalization;
using FooBar.Tests.Support;
using MySqlConnector;

namespace FooBar.Tests.Integration.Data;

/// <summary>
/// Two real MySQL nodes, "mysql-1" and "mysql-2", without a coordinator: the tests play its part. <see cref="ResetAsync"/>
/// makes mysql-1 an empty primary of epoch 1 and mysql-2 its replica again, in well under a second.
/// </summary>
public sealed class MySqlPair : IAsyncLifetime
{
    private const string Password = "account-password-of-a-test";

    private const string Clean = """
        SET GLOBAL offline_mode = OFF;
        SET GLOBAL rpl_semi_sync_source_enabled = OFF, GLOBAL rpl_semi_sync_replica_enabled = OFF;
        SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF;
        STOP REPLICA;
        RESET REPLICA ALL;
        DROP DATABASE IF EXISTS foobar;
        DROP DATABASE IF EXISTS failover;
        DROP USER IF EXISTS foobar_app, foobar_migrations, replication;
        RESET BINARY LOGS AND GTIDS
        """;

    private readonly MySqlNodes _nodes = new();

    public string Application => ClusterString("foobar_app");

    public string Migrations => ClusterString("foobar_migrations");

    public Task InitializeAsync() => _nodes.InitializeAsync();

    public Task DisposeAsync() => _nodes.DisposeAsync();

    /// <summary>Back to the beginning, whatever the last test has done.</summary>
    public async Task ResetAsync()
    {
        await Task.WhenAll(AsRootAsync(1, Clean), AsRootAsync(2, Clean));
        await AsRootAsync(1, $"""
            CREATE DATABASE foobar;
            CREATE DATABASE failover;
            CREATE TABLE failover.epoch (id INT PRIMARY KEY, epoch BIGINT NOT NULL);
            INSERT INTO failover.epoch VALUES (1, 1);
            CREATE USER foobar_app IDENTIFIED BY '{Password}' REQUIRE SSL;
            CREATE USER foobar_migrations IDENTIFIED BY '{Password}' REQUIRE SSL;
            CREATE USER replication IDENTIFIED BY '{Password}' REQUIRE SSL;
            GRANT REPLICATION SLAVE ON *.* TO replication;
            GRANT ALL ON foobar.* TO foobar_migrations;
            GRANT SELECT, INSERT, UPDATE, DELETE ON foobar.* TO foobar_app;
            GRANT SELECT ON failover.* TO foobar_app;
            GRANT SELECT ON performance_schema.replication_connection_status TO foobar_app;
            GRANT SELECT ON performance_schema.replication_applier_status TO foobar_app;
            GRANT SELECT ON performance_schema.replication_applier_status_by_worker TO foobar_app
            """);
        await FollowAsync(node: 2, source: 1);
    }

    public async Task FollowAsync(int node, int source)
    {
        await AsRootAsync(node, $"""
            CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'mysql-{source}', SOURCE_USER = 'replication', SOURCE_PASSWORD = '{Password}',
                SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1, SOURCE_HEARTBEAT_PERIOD = 0.5, SOURCE_CONNECT_RETRY = 1;
            START REPLICA;
            SET GLOBAL super_read_only = ON
            """);
        await Eventually.Within(TimeSpan.FromSeconds(15), async _ =>
            Convert.ToInt64(await AsRootAsync(node, "SELECT COUNT(*) FROM failover.epoch"), null) == 1);
    }

    /// <summary>From now on a commit on node 1 waits, for ever if need be, until node 2 has acknowledged it.</summary>
    public async Task WaitForAcknowledgementsAsync()
    {
        await AsRootAsync(2, "SET GLOBAL rpl_semi_sync_replica_enabled = ON; STOP REPLICA IO_THREAD; START REPLICA IO_THREAD");
        await AsRootAsync(1, "SET GLOBAL rpl_semi_sync_source_timeout = 4294967295, GLOBAL rpl_semi_sync_source_enabled = ON");
        await Eventually.Within(TimeSpan.FromSeconds(15), async _ => Equals(await AsRootAsync(
            1, "SELECT VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Rpl_semi_sync_source_clients'"), "1"));
    }

    /// <summary>Waits until so many commits on a node wait for an acknowledgement.</summary>
    public Task CommitsWaitAsync(int node, int count) => Eventually.Within(TimeSpan.FromSeconds(10), async _ =>
        Convert.ToInt64(await AsRootAsync(
            node, "SELECT COUNT(*) FROM performance_schema.processlist WHERE STATE LIKE 'Waiting for semi-sync ACK%'"), null) == count);

    /// <summary>What the coordinator does last in a promotion.</summary>
    public Task PromoteAsync(int node, long epoch) => AsRootAsync(node, $"""
        STOP REPLICA;
        RESET REPLICA ALL;
        SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF;
        UPDATE failover.epoch SET epoch = {epoch}
        """);

    /// <summary>The node hangs: it accepts connections and answers nothing, until what is returned is disposed.</summary>
    public async Task<IAsyncDisposable> HangAsync(int node)
    {
        await _nodes[Name(node)].PauseAsync();
        return new Undo(() => _nodes[Name(node)].UnpauseAsync());
    }

    /// <summary>The server dies as from a power cut, until what is returned is disposed.</summary>
    public async Task<IAsyncDisposable> KillAsync(int node)
    {
        await _nodes.KillAsync(Name(node), CancellationToken.None);
        return new Undo(() => StartAsync(node));
    }

    /// <summary>Starts a server that was killed; it comes up fenced.</summary>
    public async Task StartAsync(int node)
    {
        await _nodes[Name(node)].StartAsync();
        await Eventually.Within(TimeSpan.FromSeconds(30), _ => AsRootAsync(node, "SELECT 1"));
    }

    /// <summary>The application's connection string, with another port for a node.</summary>
    public string ApplicationVia(int node, int port) => Application.Replace(
        string.Create(CultureInfo.InvariantCulture, $":{Port(node)}"), string.Create(CultureInfo.InvariantCulture, $":{port}"), StringComparison.Ordinal);

    public int Port(int node) => (int)new MySqlConnectionStringBuilder(_nodes.ConnectionString(Name(node))).Port;

    /// <summary>Carries a statement out on a connection that stays open until what is returned is disposed.</summary>
    public async Task<IAsyncDisposable> HoldAsync(int node, string sql)
    {
        var connection = await _nodes.OpenAsync(Name(node), CancellationToken.None);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    public Task<object?> AsRootAsync(int node, string sql) => _nodes.ScalarAsync(Name(node), sql, CancellationToken.None);

    private static string Name(int node) => $"mysql-{node}";

    private string ClusterString(string user)
    {
        var nodes = _nodes.Names.Select(name => new MySqlConnectionStringBuilder(_nodes.ConnectionString(name)));
        var servers = string.Join(',', nodes.Select(node => $"{node.Server}:{node.Port}"));
        return $"Server={servers};Database=foobar;User ID={user};Password={Password};SslMode=Required";
    }
}

/// <summary>Tests of one collection run one after the other, so that they may share the pair.</summary>
[CollectionDefinition(Name)]
public sealed class MySqlPairTests : ICollectionFixture<MySqlPair>
{
    public const string Name = "MySQL pair";
}
