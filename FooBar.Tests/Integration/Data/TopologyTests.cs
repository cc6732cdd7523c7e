using FooBar.Data.Routing;
using FooBar.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FooBar.Tests.Integration.Data;

[Collection(MySqlPairTests.Name)]
public sealed class TopologyTests(MySqlPair mysql) : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    public Task InitializeAsync() => mysql.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Watcher_HealthyPair_IsHealthy()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);

        Assert.Equal(1, host.Topology.Epoch);
        Assert.Equal((HealthStatus.Healthy, "mysql-1 is writable and has the highest epoch, 1; mysql-2 follows its source"), await host.HealthAsync("mysql"));
    }

    [Fact]
    public async Task Watcher_NoCoordinatorHasBeenThere_EpochIsZero()
    {
        await mysql.AsRootAsync(1, "DROP DATABASE failover");
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);

        Assert.Equal(0, host.Topology.Epoch);
    }

    [Fact]
    public async Task Watcher_PrimaryFenced_ReadsGoOnAndHealthIsDegraded()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);

        await mysql.AsRootAsync(1, "SET GLOBAL super_read_only = ON");

        await host.BecomesAsync("mysql-1 Unusable, mysql-2 Replica", Soon);
        Assert.Equal(HealthStatus.Degraded, (await host.HealthAsync("mysql")).Status);
        await using var session = await host.Database.OpenAsync(ReadFrom.Replica, CancellationToken.None);
        Assert.Equal("mysql-2", await session.ScalarAsync($"SELECT @@report_host", CancellationToken.None));
    }

    [Fact]
    public async Task Health_NoCopyForAMoment_StaysReady()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql, ("ReadWait", "00:30:00"));

        await mysql.AsRootAsync(1, "SET GLOBAL offline_mode = ON");
        await mysql.AsRootAsync(2, "SET GLOBAL offline_mode = ON");
        await host.BecomesAsync("mysql-1 Unusable, mysql-2 Unusable", Soon);

        Assert.Equal(HealthStatus.Degraded, (await host.HealthAsync("mysql")).Status);
    }

    [Fact]
    public async Task Watcher_OfflineMode_ServesNobody()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);

        await mysql.AsRootAsync(2, "SET GLOBAL offline_mode = ON");

        await host.BecomesAsync("mysql-1 Primary, mysql-2 Unusable", Soon);
    }

    [Fact]
    public async Task Watcher_FormerPrimaryStillWritable_ServesNobodyEvenAlone()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);

        await mysql.PromoteAsync(2, epoch: 2);
        await host.BecomesAsync("mysql-1 Unusable, mysql-2 Primary", Soon);
        await using (await mysql.HangAsync(2))
        {
            await host.BecomesAsync("mysql-1 Unusable, mysql-2 Unusable", Soon);
            Assert.Equal(2, host.Topology.Epoch);
            await Eventually.Within(Soon, async _ => Assert.Equal(HealthStatus.Unhealthy, (await host.HealthAsync("mysql")).Status));
        }

        await host.BecomesAsync("mysql-1 Unusable, mysql-2 Primary", Soon);
    }

    [Fact]
    public async Task Watcher_FormerPrimaryFollowsTheNew_IsReadAgain()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        await mysql.PromoteAsync(2, epoch: 2);

        await mysql.FollowAsync(node: 1, source: 2);

        await host.BecomesAsync("mysql-1 Replica, mysql-2 Primary", Soon);
    }

    [Fact]
    public async Task Watcher_NodeHangs_IsDownWithinItsTimeLimit()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);

        await using (await mysql.HangAsync(2))
        {
            await host.BecomesAsync("mysql-1 Primary, mysql-2 Unusable", Soon);
            Assert.Equal("does not answer within 1 s", host.Topology.Nodes[1].Reason);
        }

        await host.BecomesAsync("mysql-1 Primary, mysql-2 Replica", Soon);
    }

    [Fact]
    public async Task Watcher_PoolIsUsedUp_StillAsksTheNode()
    {
        await using var host = await DataHost.StartAsync(mysql, $"{mysql.Application};Maximum Pool Size=1");
        await host.BecomesAsync("mysql-1 Primary, mysql-2 Replica", Soon);
        await using var only = await host.Database.OpenAsync(ReadFrom.Replica, CancellationToken.None);

        await mysql.AsRootAsync(2, "SET GLOBAL offline_mode = ON"); // severs everybody's connections
        await host.BecomesAsync("mysql-1 Primary, mysql-2 Unusable", Soon);
        await mysql.AsRootAsync(2, "SET GLOBAL offline_mode = OFF");

        await host.BecomesAsync("mysql-1 Primary, mysql-2 Replica", Soon);
    }

    [Fact]
    public async Task Watcher_ReplicaFallsBehind_IsNotReadUntilItCatchesUp()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql, ("MaxReplicaLag", "00:00:01"));
        await mysql.AsRootAsync(2, "STOP REPLICA SQL_THREAD");
        await mysql.AsRootAsync(2, "CHANGE REPLICATION SOURCE TO SOURCE_DELAY = 3600");
        await mysql.AsRootAsync(2, "START REPLICA SQL_THREAD");
        await host.BecomesAsync("mysql-1 Primary, mysql-2 Replica", Soon); // delayed, but nothing to delay yet

        await mysql.AsRootAsync(1, "CREATE TABLE foobar.late (id INT PRIMARY KEY)");

        await host.BecomesAsync("mysql-1 Primary, mysql-2 Unusable", Soon);
        Assert.Contains("behind, more than 1 s", host.Topology.Nodes[1].Reason, StringComparison.Ordinal);
        await mysql.AsRootAsync(2, "STOP REPLICA SQL_THREAD");
        await mysql.AsRootAsync(2, "CHANGE REPLICATION SOURCE TO SOURCE_DELAY = 0");
        await mysql.AsRootAsync(2, "START REPLICA SQL_THREAD");
        await host.BecomesAsync("mysql-1 Primary, mysql-2 Replica", Soon);
    }

    [Fact]
    public async Task Watcher_ReplicaNoLongerHearsItsSource_IsNotReadBesideThePrimary()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);

        await mysql.AsRootAsync(2, "STOP REPLICA IO_THREAD");

        await host.BecomesAsync("mysql-1 Primary, mysql-2 Unusable", Soon);
    }
}
