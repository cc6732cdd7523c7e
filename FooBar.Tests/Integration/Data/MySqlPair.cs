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

    public Task<object?> AsRootAsync(int node, string sql) => _nodes.ScalarAsync(Name(node), sql, CancellationToken.None);

    private static string Name(int node) => $"mysql-{node}";

    private string ClusterString(string user)
    {
        var nodes = MySqlNodes.Names.Select(name => new MySqlConnectionStringBuilder(_nodes.ConnectionString(name)));
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
