using FooBar.Tests.Support;
using FooBar.Web.Keys;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace FooBar.Tests.Integration.Data;

[Collection(MySqlPairTests.Name)]
public sealed class SharedKeysTests(MySqlPair mysql) : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    public Task InitializeAsync() => mysql.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Keys_HostsStartTogetherOnAnEmptyDatabase_ShareTheFirstOne()
    {
        var hosts = await Task.WhenAll(StartAsync(), StartAsync(), StartAsync());
        await Eventually.Within(Soon, async _ => Equals(await mysql.AsRootAsync(1, "SELECT COUNT(*) FROM foobar.data_protection_keys"), 1L));

        var secrets = hosts.Select(host => Protector(host).Protect("secret")).ToList();

        Assert.All(hosts, host => Assert.All(secrets, secret => Assert.Equal("secret", Protector(host).Unprotect(secret))));
        Assert.Equal(1L, await mysql.AsRootAsync(1, "SELECT COUNT(*) FROM foobar.data_protection_keys"));
        await Task.WhenAll(hosts.Select(host => host.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Keys_NoPrimary_AreReadFromTheReplica()
    {
        string secret;
        await using (var first = await StartAsync())
        {
            secret = Protector(first).Protect("secret");
        }

        await mysql.AsRootAsync(1, "SET GLOBAL offline_mode = ON");
        await using var second = await StartAsync();

        Assert.Equal("secret", Protector(second).Unprotect(secret));
    }

    [Fact]
    public async Task Keys_DatabaseIsAway_LoadedKeysGoOnWorking()
    {
        await using var host = await StartAsync();
        var secret = Protector(host).Protect("secret");

        await using (await mysql.HangAsync(1))
        await using (await mysql.HangAsync(2))
        {
            Assert.Equal("secret", Protector(host).Unprotect(secret));
        }
    }

    private static IDataProtector Protector(DataHost host) => host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    private async Task<DataHost> StartAsync()
    {
        var host = await DataHost.StartAsync(mysql, migrate: true, builder => builder.AddSharedKeys());
        await host.SchemaIsReadyAsync(Soon);
        return host;
    }
}
