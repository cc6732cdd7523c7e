using FooBar.Data.Routing;
using FooBar.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FooBar.Tests.Integration.Data;

[Collection(MySqlPairTests.Name)]
public sealed class MigrationTests(MySqlPair mysql) : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    public Task InitializeAsync() => mysql.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Migrations_SeveralHostsRace_EachIsAppliedOnce()
    {
        var hosts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => DataHost.StartAsync(mysql, migrate: true)));

        await Task.WhenAll(hosts.Select(host => host.SchemaIsReadyAsync(Soon)));

        Assert.Equal("1,2,3", await AppliedAsync());
        Assert.All(await Task.WhenAll(hosts.Select(host => host.HealthAsync("schema"))), health => Assert.Equal(HealthStatus.Healthy, health.Status));
        await Task.WhenAll(hosts.Select(host => host.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Migrations_AProcessDiedBeforeItNotedWhatItDid_AreFinishedByTheNext()
    {
        await MigrateAsync();
        await mysql.AsRootAsync(1, "DELETE FROM foobar.schema_migrations WHERE number = 3");

        await MigrateAsync();

        Assert.Equal("1,2,3", await AppliedAsync());
    }

    [Fact]
    public async Task Migrations_NoPrimary_WaitForOneAndSaySo()
    {
        await mysql.AsRootAsync(1, "SET GLOBAL super_read_only = ON");
        await using var host = await DataHost.StartAsync(mysql, migrate: true);
        await Eventually.Within(Soon, async _ =>
        {
            var (status, reason) = await host.HealthAsync("schema");
            Assert.Equal(HealthStatus.Unhealthy, status);
            Assert.StartsWith("The schema is not ready: waiting for a primary: mysql-1 is read-only", reason, StringComparison.Ordinal);
        });

        await mysql.AsRootAsync(1, "SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF");

        await host.SchemaIsReadyAsync(Soon);
    }

    [Fact]
    public async Task Migrations_NothingPendingAndNoPrimary_NeedNone()
    {
        await MigrateAsync();
        await Eventually.Within(Soon, async _ => Equals(await mysql.AsRootAsync(2, "SELECT COUNT(*) FROM foobar.schema_migrations"), 3L));
        await mysql.AsRootAsync(1, "SET GLOBAL super_read_only = ON");

        await using var host = await DataHost.StartAsync(mysql, migrate: true);

        await host.SchemaIsReadyAsync(Soon);
    }

    [Fact]
    public async Task Migrations_TextHasChanged_StaysUnhealthyWithTheReason()
    {
        await MigrateAsync();
        await mysql.AsRootAsync(1, "UPDATE foobar.schema_migrations SET checksum = 'other' WHERE number = 1");
        await using var host = await DataHost.StartAsync(mysql, migrate: true);

        await Eventually.Within(Soon, async _ => Assert.Equal(
            (HealthStatus.Unhealthy, "The schema is not ready: Migration '0001_create_posts' has changed since it was applied; restore its text, and put the change into a new migration."),
            await host.HealthAsync("schema")));
    }

    [Fact]
    public async Task Migrations_SomebodyHoldsTheLock_AreNotApplied()
    {
        await using var other = await DataHost.StartOnHealthyPairAsync(mysql);
        await using var session = await other.Database.OpenForWriteAsync(CancellationToken.None);
        await session.ScalarAsync($"SELECT GET_LOCK('foobar.migrations', 0)", CancellationToken.None);
        await using var host = await DataHost.StartAsync(mysql, migrate: true);

        await Eventually.Within(Soon, async _ => Assert.Equal(
            "The schema is not ready: waiting for another process that is migrating", (await host.HealthAsync("schema")).Reason));
        Assert.Equal(0L, await mysql.AsRootAsync(1, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'foobar'"));

        await session.ScalarAsync($"SELECT RELEASE_LOCK('foobar.migrations')", CancellationToken.None);
        await host.SchemaIsReadyAsync(Soon);
    }

    private async Task MigrateAsync()
    {
        await using var host = await DataHost.StartAsync(mysql, migrate: true);
        await host.SchemaIsReadyAsync(Soon);
    }

    private async Task<string> AppliedAsync() => (string)(await mysql.AsRootAsync(
        1, "SELECT GROUP_CONCAT(number ORDER BY number) FROM foobar.schema_migrations"))!;
}
