using FooBar.Failover.Decide;
using FooBar.Tests.Support;
using MySqlConnector;
using Xunit;

namespace FooBar.Tests.Integration.Failover;

/// <summary>A coordinator and two real nodes, through the life of a cluster. Each test begins and ends with both in sync.</summary>
public sealed class CoordinatorTests(FailoverCluster cluster) : IClassFixture<FailoverCluster>, IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(40);

    private readonly MySqlNodes nodes = cluster.Nodes;
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(3));
    private CoordinatorHost coordinator = null!;

    private CancellationToken Token => limit.Token;

    public async Task InitializeAsync()
    {
        coordinator = await StartAsync();
        await ExecuteAsync("mysql-1", "CREATE TABLE IF NOT EXISTS foobar.notes (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100))", user: "migrations");
    }

    public async Task DisposeAsync()
    {
        await coordinator.DisposeAsync();
        limit.Dispose();
    }

    [Fact]
    public async Task NewCluster_Bootstrapped_ReplicatesByGtidOverTlsAndWaitsForTheReplica()
    {
        var seen = coordinator.Latest!.Seen;
        var (primary, replica) = (seen.Find("mysql-1")!, seen.Find("mysql-2")!);

        Assert.True(primary.Writable);
        Assert.True(primary.SemiSync is { SourceActive: true, Clients: 1, WaitFor: 1 });
        Assert.False(replica.Writable);
        Assert.True(replica.Replication is { AutoPosition: true, Tls: true, SourceHost: "mysql-1" });
        Assert.Equal(["mysql-2"], coordinator.Latest!.Journal.InSync);
        Assert.Equal("4294967295", Convert.ToString(await nodes.ScalarAsync("mysql-1", "SELECT @@rpl_semi_sync_source_timeout", Token), null));
        Assert.Equal("AFTER_SYNC", await nodes.ScalarAsync("mysql-1", "SELECT @@rpl_semi_sync_source_wait_point", Token));
        await WrittenAsync("bootstrapped");
    }

    [Fact]
    public async Task Replica_AskedToWrite_Rejects()
    {
        await RejectedAsync(1290, () => InsertAsync("mysql-2", "not here"));
    }

    [Fact]
    public async Task Replica_MadeWritable_IsFencedAndStaysInSync()
    {
        await nodes.ExecuteAsync("mysql-2", "SET GLOBAL super_read_only = OFF", Token);

        await Eventually.Within(Soon, async ct =>
            Assert.Equal("1, 0", await nodes.ScalarAsync("mysql-2", "SELECT CONCAT_WS(', ', @@GLOBAL.super_read_only, @@GLOBAL.offline_mode)", ct)));
        await coordinator.DecidesAsync<Steady>(Soon);
    }

    [Fact]
    public async Task Accounts_DoWhatTheyAreForAndNoMore()
    {
        await RejectedAsync(1142, () => ExecuteAsync("mysql-1", "CREATE TABLE foobar.other (id INT)"));
        await RejectedAsync(1142, () => ExecuteAsync("mysql-1", "DELETE FROM failover.epoch"));
        await RejectedAsync(1227, () => ExecuteAsync("mysql-1", "SET GLOBAL super_read_only = ON", user: "migrations"));
        await RejectedAsync(1044, () => ExecuteAsync("mysql-1", "CREATE DATABASE other", user: "coordinator"));
        await RejectedAsync(1142, () => ExecuteAsync("mysql-1", "SELECT * FROM foobar.notes", user: "replication"));
        await RejectedAsync(1227, () => ExecuteAsync("mysql-1", "SET GLOBAL offline_mode = OFF", user: "replication"));
        foreach (var user in new[] { "application", "migrations", "replication", "coordinator" })
        {
            Assert.Equal("ANY", await nodes.ScalarAsync("mysql-2", $"SELECT ssl_type FROM mysql.user WHERE user = '{user}'", Token));
        }
    }

    [Fact]
    public async Task SecondStart_SameNodesAndJournal_RecognisesTheRolesAndChangesNothing()
    {
        await WrittenAsync("before the restart");
        await coordinator.DisposeAsync();
        var journal = await File.ReadAllLinesAsync(cluster.Journal, Token);
        await Task.WhenAll(nodes.Names.Select(name => nodes[name].StopAsync(Token)));
        await Task.WhenAll(nodes.Names.Select(name => nodes[name].StartAsync(Token)));
        foreach (var name in nodes.Names)
        {
            Assert.Equal("1", Convert.ToString(await nodes.ScalarAsync(name, "SELECT @@super_read_only", Token), null));
        }

        coordinator = await StartAsync();

        await WrittenAsync("after the restart");
        await coordinator.DisposeAsync();
        var after = await File.ReadAllLinesAsync(cluster.Journal, Token);
        Assert.Equal(journal, after[..^1]);
        Assert.Contains("took over", after[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replica_Killed_WritesGoOnWithoutItAndItCatchesUp()
    {
        await nodes.KillAsync("mysql-2", Token);

        await InsertAsync("mysql-1", "while the replica is away");
        await coordinator.DecidesAsync<Hold>(Soon, "serves without mysql-2");
        Assert.Empty(coordinator.Latest!.Journal.InSync);

        await nodes["mysql-2"].StartAsync(Token);
        await coordinator.DecidesAsync<Steady>(Soon);
        await WrittenAsync("while the replica is away", insert: false);
    }

    [Fact]
    public async Task Replica_StoppedGracefully_WritesGoOnBeforeItHasStopped()
    {
        await nodes["mysql-2"].StopAsync(Token);

        await InsertAsync("mysql-1", "while the replica is stopped");
        await coordinator.DisposeAsync(); // it holds the journal
        Assert.Contains("mysql-2 is offline, as before it is stopped", (await File.ReadAllLinesAsync(cluster.Journal, Token))[^1], StringComparison.Ordinal);

        await nodes["mysql-2"].StartAsync(Token);
        coordinator = await StartAsync();
        await WrittenAsync("while the replica is stopped", insert: false);
    }

    [Fact]
    public async Task Replica_ThatIsAboutToStop_AppliesNoMoreAndStillReceives()
    {
        await coordinator.DisposeAsync(); // which would attach it again
        await nodes["mysql-2"].ExecAsync(["/opt/mysql-node/offline", "--now"], Token);

        Assert.Equal("ON, OFF, 1", await nodes.ScalarAsync("mysql-2", """
            SELECT CONCAT_WS(', ', receiver.SERVICE_STATE, applier.SERVICE_STATE, @@GLOBAL.offline_mode)
            FROM performance_schema.replication_connection_status receiver JOIN performance_schema.replication_applier_status applier USING (CHANNEL_NAME)
            """, Token));

        coordinator = await StartAsync();
        await coordinator.DecidesAsync<Steady>(Soon);
    }

    [Fact]
    public async Task Replica_Frozen_WritesGoOnWithoutItAndItCatchesUp()
    {
        await nodes["mysql-2"].PauseAsync(Token);
        try
        {
            await InsertAsync("mysql-1", "while the replica is frozen");
            await coordinator.DecidesAsync<Hold>(Soon, "serves without mysql-2");
            Assert.Empty(coordinator.Latest!.Journal.InSync);
        }
        finally
        {
            await nodes["mysql-2"].UnpauseAsync(Token);
        }

        await coordinator.DecidesAsync<Steady>(Soon);
        await WrittenAsync("while the replica is frozen", insert: false);
    }

    [Fact]
    public async Task Coordinator_Away_WritesAndReadsGoOn()
    {
        await coordinator.DisposeAsync();

        await WrittenAsync("nobody watches");

        coordinator = await StartAsync();
    }

    private async Task<CoordinatorHost> StartAsync()
    {
        var host = await CoordinatorHost.StartAsync(nodes, cluster.Journal, Token);
        await host.DecidesAsync<Steady>(Soon);
        return host;
    }

    private Task InsertAsync(string node, string text) => ExecuteAsync(node, "INSERT INTO foobar.notes (text) VALUES (@text)", text);

    private async Task ExecuteAsync(string node, string sql, string? text = null, string user = "application")
    {
        await using var connection = await nodes.OpenAsync(node, Token, user, CoordinatorHost.Password(user));
        await using var command = new MySqlCommand(sql, connection);
        command.Parameters.AddWithValue("@text", text);
        await command.ExecuteNonQueryAsync(Token);
    }

    private async Task WrittenAsync(string text, bool insert = true)
    {
        if (insert)
        {
            await InsertAsync("mysql-1", text);
        }

        foreach (var node in nodes.Names)
        {
            await Eventually.Within(TimeSpan.FromSeconds(10), async ct => Convert.ToInt32(
                await nodes.ScalarAsync(node, $"SELECT COUNT(*) FROM foobar.notes WHERE text = '{text}'", ct), null) == 1);
        }
    }

    private static async Task RejectedAsync(int number, Func<Task> statement) =>
        Assert.Equal(number, (await Assert.ThrowsAsync<MySqlException>(statement)).Number);
}
