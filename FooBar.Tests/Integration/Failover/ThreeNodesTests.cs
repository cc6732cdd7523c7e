using FooBar.Failover.Decide;
using FooBar.Tests.Support;
using MySqlConnector;
using Xunit;

namespace FooBar.Tests.Integration.Failover;

/// <summary>
/// A primary and two replicas, one of which acknowledges each write. Each test begins and ends with all three in sync, whoever is
/// primary then.
/// </summary>
public sealed class ThreeNodesTests(ThreeNodeCluster cluster) : IClassFixture<ThreeNodeCluster>, IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(40);

    private readonly MySqlNodes nodes = cluster.Nodes;
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(3));
    private CoordinatorHost coordinator = null!;
    private string primary = "", first = "", second = "";

    private CancellationToken Token => limit.Token;

    public async Task InitializeAsync()
    {
        await StartAsync();
        await WholeAsync();
        primary = coordinator.Latest!.Journal.Primary!;
        (first, second) = (coordinator.Latest.Journal.InSync[0], coordinator.Latest.Journal.InSync[1]);
        await ExecuteAsync(primary, "CREATE TABLE IF NOT EXISTS foobar.notes (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100))", user: "migrations");
    }

    public async Task DisposeAsync()
    {
        await coordinator.DisposeAsync();
        limit.Dispose();
    }

    [Fact]
    public async Task Nodes_LostOneAfterTheOther_TheLastReplicaHasEverything()
    {
        // One replica freezes: nobody waits for it, and after a while nobody counts on it.
        await nodes[first].PauseAsync(Token);
        await InsertAsync(primary, "while one was frozen");
        await InSyncAsync(second);

        // Then the primary is killed: the other one takes over.
        await InsertAsync(primary, "acknowledged by the other");
        await nodes.KillAsync(primary, Token);
        await PrimaryAsync(second);
        await Eventually.Within(Soon, async _ => await InsertAsync(second, "after the promotion"));

        await nodes[first].UnpauseAsync(Token);
        await nodes[primary].StartAsync(Token);
        await WholeAsync();
        await OnAllAsync("while one was frozen", "acknowledged by the other", "after the promotion");
    }

    [Fact]
    public async Task Primary_KilledWhenOneReplicaHadAcknowledgedAlone_ThatOneTakesOver()
    {
        // Only the second hears of the write; the first would be chosen by its name.
        await coordinator.DisposeAsync();
        await nodes.ExecuteAsync(first, "STOP REPLICA IO_THREAD", Token);
        await InsertAsync(primary, "acknowledged by one");
        await nodes.KillAsync(primary, Token);

        await StartAsync();
        await PrimaryAsync(second);

        await nodes[primary].StartAsync(Token);
        await WholeAsync();
        await OnAllAsync("acknowledged by one");
    }

    [Fact]
    public async Task PrimaryAndOneReplica_KilledTogether_NobodyIsPromotedUntilTheReplicaIsBack()
    {
        await InsertAsync(primary, "before both were killed");
        await Task.WhenAll(nodes.KillAsync(primary, Token), nodes.KillAsync(second, Token));

        await coordinator.DecidesAsync<Hold>(Soon, $"nor does {second}, which may hold acknowledged writes that nobody else has");
        await nodes[second].StartAsync(Token);

        await Eventually.Within(Soon, () => Assert.NotEqual(primary, coordinator.Latest!.Journal.Primary));
        await nodes[primary].StartAsync(Token);
        await WholeAsync();
        await OnAllAsync("before both were killed");
    }

    [Fact]
    public async Task ExcludedReplica_BackWithoutTheCoordinator_AcknowledgesNothing()
    {
        await nodes[first].PauseAsync(Token);
        await InSyncAsync(second);
        await coordinator.DisposeAsync();

        await nodes[first].UnpauseAsync(Token);
        await Eventually.Within(Soon, async ct => Assert.NotEqual("ON", await StatusAsync(first, "Rpl_semi_sync_replica_status", ct)));
        await nodes.ExecuteAsync(second, "STOP REPLICA IO_THREAD", Token);
        await Eventually.Within(Soon, async ct => Assert.Equal("0", await StatusAsync(primary, "Rpl_semi_sync_source_clients", ct)));
        await nodes.ExecuteAsync(first, "START REPLICA", Token);
        await Eventually.Within(Soon, async ct => Assert.Equal("ON",
            await nodes.ScalarAsync(first, "SELECT SERVICE_STATE FROM performance_schema.replication_connection_status", ct)));
        await Assert.ThrowsAnyAsync<MySqlException>(() => InsertAsync(primary, "nobody acknowledges this", seconds: 2));

        await StartAsync();
        await WholeAsync();
    }

    [Fact]
    public async Task Replica_WithTransactionsOfItsOwn_IsNotReplacedWhileItMayBeTheOnlyOneThatAcknowledged()
    {
        await coordinator.DisposeAsync();
        await nodes[second].PauseAsync(Token);
        await InsertAsync(primary, "acknowledged by one, which is to be replaced");
        foreach (var statement in new[]
        {
            "SET GLOBAL super_read_only = OFF", "INSERT INTO foobar.notes (text) VALUES ('written by hand')", "SET GLOBAL super_read_only = ON", "STOP REPLICA IO_THREAD",
        })
        {
            await nodes.ExecuteAsync(first, statement, Token);
        }

        await StartAsync();
        await Eventually.Within(Soon, () => Assert.Empty(coordinator.Latest!.Journal.InSync));
        await nodes[second].UnpauseAsync(Token);
        await WholeAsync();
        await OnAllAsync("acknowledged by one, which is to be replaced");

        await coordinator.DisposeAsync(); // it holds the journal
        var line = (await File.ReadAllLinesAsync(cluster.Journal, Token)).Single(line => line.Contains("written by hand", StringComparison.Ordinal));
        Assert.Contains("\"inSync\":[]", line, StringComparison.Ordinal);
        await StartAsync();
    }

    private async Task StartAsync() => coordinator = await CoordinatorHost.StartAsync(nodes, cluster.Journal, Token);

    private async Task WholeAsync()
    {
        await coordinator.DecidesAsync<Steady>(TimeSpan.FromSeconds(60));
        var journal = coordinator.Latest!.Journal;
        Assert.Equal(nodes.Names.Where(name => name != journal.Primary), journal.InSync.AsEnumerable());
        Assert.Empty(journal.Unsettled!);
    }

    private Task InSyncAsync(string replica) => Eventually.Within(Soon, () => Assert.Equal([replica], coordinator.Latest!.Journal.InSync));

    private Task PrimaryAsync(string node) => Eventually.Within(Soon, () => Assert.Equal(node, coordinator.Latest!.Journal.Primary));

    private async Task<object?> StatusAsync(string node, string variable, CancellationToken cancellationToken) =>
        await nodes.ScalarAsync(node, $"SELECT VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = '{variable}'", cancellationToken);

    private Task InsertAsync(string node, string text, int seconds = 30) => ExecuteAsync(node, $"INSERT INTO foobar.notes (text) VALUES ('{text}')", seconds: seconds);

    private async Task ExecuteAsync(string node, string sql, string user = "application", int seconds = 30)
    {
        await using var connection = await nodes.OpenAsync(node, Token, user, CoordinatorHost.Password(user));
        await using var command = new MySqlCommand(sql, connection) { CommandTimeout = seconds };
        await command.ExecuteNonQueryAsync(Token);
    }

    private async Task OnAllAsync(params string[] texts)
    {
        foreach (var (node, text) in nodes.Names.SelectMany(node => texts.Select(text => (node, text))))
        {
            await Eventually.Within(TimeSpan.FromSeconds(10), async ct => Assert.Equal(1L, Convert.ToInt64(
                await nodes.ScalarAsync(node, $"SELECT COUNT(*) FROM foobar.notes WHERE text = '{text}'", ct), null)));
        }
    }
}
