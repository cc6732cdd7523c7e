using FooBar.Data.Consistency;
using FooBar.Failover.Decide;
using FooBar.Tests.Support;
using Xunit;

namespace FooBar.Tests.Integration.Failover;

/// <summary>A primary whose disk has lost the end of what it had written, or whose volume is an older copy.</summary>
public sealed class LostTransactionsTests(FailoverCluster cluster) : IClassFixture<FailoverCluster>, IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(40);

    private readonly MySqlNodes nodes = cluster.Nodes;
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(3));

    private CancellationToken Token => limit.Token;

    public void Dispose() => limit.Dispose();

    [Fact]
    public async Task Primary_BackWithoutWhatTheReplicaHasFromIt_TakesNoWritesAndIsReplacedWhenItIsStopped()
    {
        await using (var before = await CoordinatorHost.StartAsync(nodes, cluster.Journal, Token))
        {
            await before.DecidesAsync<Steady>(Soon);
        }

        // As an older copy comes up: fenced, and without its last transaction.
        var executed = GtidSet.Parse((string)(await nodes.ScalarAsync("mysql-1", "SELECT @@GLOBAL.gtid_executed", Token))!);
        var uuid = Guid.Parse((string)(await nodes.ScalarAsync("mysql-1", "SELECT @@GLOBAL.server_uuid", Token))!);
        var older = executed.Subtract(GtidSet.Parse($"{uuid}:{executed.LastOf(uuid)!.Value.Number}"));
        await nodes.ExecuteAsync("mysql-1", "RESET BINARY LOGS AND GTIDS", Token);
        await nodes.ExecuteAsync("mysql-1", $"SET GLOBAL gtid_purged = '{older}'", Token);
        await nodes.ExecuteAsync("mysql-1", "SET GLOBAL super_read_only = ON", Token);

        await using var coordinator = await CoordinatorHost.StartAsync(nodes, cluster.Journal, Token);
        await coordinator.DecidesAsync<Hold>(Soon, "stop it, and mysql-2 takes over");
        Assert.Equal(["mysql-2"], coordinator.Latest!.Journal.InSync);

        await nodes.KillAsync("mysql-1", Token);

        await Eventually.Within(Soon, async ct => Assert.Equal("0", Convert.ToString(await nodes.ScalarAsync("mysql-2", "SELECT @@GLOBAL.super_read_only", ct), null)));
        await Eventually.Within(Soon, () => Assert.Equal("mysql-2", coordinator.Latest!.Journal.Primary));
    }
}
