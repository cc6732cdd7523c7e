using FooBar.Tests.Support;
using MySqlConnector;
using Xunit;

namespace FooBar.Tests.Integration.MySqlCluster;

/// <summary>What the program before mysqld promises, on real servers.</summary>
public sealed class NodeProgramTests(MySqlNodes nodes) : IClassFixture<MySqlNodes>
{
    private readonly CancellationToken limit = new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token;

    [Fact]
    public async Task Node_AfterClone_ComesBackByItselfAndFenced()
    {
        await nodes.ExecuteAsync("mysql-1", "SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF", limit);
        await nodes.ExecuteAsync("mysql-1", "CREATE USER IF NOT EXISTS donor IDENTIFIED BY 'donor' REQUIRE SSL", limit);
        await nodes.ExecuteAsync("mysql-1", "GRANT BACKUP_ADMIN ON *.* TO donor", limit);
        await nodes.ExecuteAsync("mysql-2", "SET GLOBAL clone_valid_donor_list = 'mysql-1:3306'", limit);

        // The server restarts at the end of this statement, before or after its answer.
        await Record.ExceptionAsync(() => nodes.ExecuteAsync("mysql-2", "CLONE INSTANCE FROM 'donor'@'mysql-1':3306 IDENTIFIED BY 'donor' REQUIRE SSL", limit));

        await Eventually.Within(TimeSpan.FromSeconds(40), async ct =>
            Convert.ToInt32(await nodes.ScalarAsync("mysql-2", "SELECT COUNT(*) FROM mysql.user WHERE user = 'donor'", ct), null) == 1);
        Assert.Equal("1", Convert.ToString(await nodes.ScalarAsync("mysql-2", "SELECT @@super_read_only", limit), null));
    }

    [Fact]
    public async Task Primary_StoppedGracefullyWhileACommitWaits_DoesNotAcknowledgeIt()
    {
        await nodes.ExecuteAsync("mysql-1", "SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF", limit);
        await nodes.ExecuteAsync("mysql-1", "CREATE DATABASE IF NOT EXISTS notes", limit);
        await nodes.ExecuteAsync("mysql-1", "CREATE TABLE IF NOT EXISTS notes.notes (id INT AUTO_INCREMENT PRIMARY KEY)", limit);
        await nodes.ExecuteAsync("mysql-1", "CREATE USER IF NOT EXISTS writer IDENTIFIED BY 'writer'", limit);
        await nodes.ExecuteAsync("mysql-1", "GRANT INSERT ON notes.* TO writer", limit);
        await nodes.ExecuteAsync("mysql-1", "SET GLOBAL rpl_semi_sync_source_timeout = 4294967295, GLOBAL rpl_semi_sync_source_enabled = ON", limit);

        await using var connection = await nodes.OpenAsync("mysql-1", limit, "writer", "writer");
        await using var insert = new MySqlCommand("INSERT INTO notes.notes VALUES ()", connection) { CommandTimeout = 60 };
        var commit = insert.ExecuteNonQueryAsync(limit);
        await Eventually.Within(TimeSpan.FromSeconds(10), async ct => Assert.Equal("1", Convert.ToString(await nodes.ScalarAsync("mysql-1",
            "SELECT VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Rpl_semi_sync_source_wait_sessions'", ct), null)));
        Assert.False(commit.IsCompleted);
        await nodes["mysql-1"].StopAsync(limit);

        await Assert.ThrowsAsync<MySqlException>(() => commit);
        await nodes["mysql-1"].StartAsync(limit);
    }
}
