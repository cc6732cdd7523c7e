using FooBar.Tests.Support;
using Xunit;

namespace FooBar.Tests.Integration.MySqlCluster;

/// <summary>A replica has acknowledged what stands in its relay log: it must not forget it when it crashes.</summary>
public sealed class RelayLogTests(MySqlNodes nodes) : IClassFixture<MySqlNodes>
{
    private readonly CancellationToken limit = new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token;

    [Fact]
    public async Task Replica_KilledBeforeItAppliedWhatItReceived_HasItWithoutItsSource()
    {
        await nodes.ExecuteAsync("mysql-1", "SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF", limit);
        await nodes.ExecuteAsync("mysql-1", "CREATE USER replicator IDENTIFIED BY 'replicator' REQUIRE SSL", limit);
        await nodes.ExecuteAsync("mysql-1", "GRANT REPLICATION SLAVE ON *.* TO replicator", limit);
        await nodes.ExecuteAsync("mysql-1", "CREATE DATABASE notes", limit);
        await nodes.ExecuteAsync("mysql-1", "CREATE TABLE notes.notes (id INT PRIMARY KEY)", limit);
        await nodes.ExecuteAsync("mysql-2", """
            CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'mysql-1', SOURCE_USER = 'replicator', SOURCE_PASSWORD = 'replicator',
                SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1
            """, limit);
        await nodes.ExecuteAsync("mysql-2", "START REPLICA", limit);
        await Eventually.Within(TimeSpan.FromSeconds(20), async ct => Convert.ToInt32(await nodes.ScalarAsync("mysql-2",
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'notes'", ct), null) == 1);
        await nodes.ExecuteAsync("mysql-2", "STOP REPLICA SQL_THREAD", limit);
        await nodes.ExecuteAsync("mysql-1", "INSERT INTO notes.notes VALUES (1)", limit);
        var written = await nodes.ScalarAsync("mysql-1", "SELECT @@GLOBAL.gtid_executed", limit);
        await Eventually.Within(TimeSpan.FromSeconds(10), async ct => Assert.Equal(written,
            await nodes.ScalarAsync("mysql-2", "SELECT RECEIVED_TRANSACTION_SET FROM performance_schema.replication_connection_status", ct)));

        await nodes.KillAsync("mysql-1", limit);
        await nodes.KillAsync("mysql-2", limit);
        await nodes["mysql-2"].StartAsync(limit);
        await nodes.ExecuteAsync("mysql-2", "START REPLICA SQL_THREAD", limit);

        await Eventually.Within(TimeSpan.FromSeconds(10), async ct =>
            Convert.ToInt32(await nodes.ScalarAsync("mysql-2", "SELECT COUNT(*) FROM notes.notes", ct), null) == 1);
    }
}
