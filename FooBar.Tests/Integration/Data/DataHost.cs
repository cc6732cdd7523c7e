using FooBar.Data;
using FooBar.Data.Idempotency;
using FooBar.Data.Migrations;
using FooBar.Data.Routing;
using FooBar.Data.Topology;
using FooBar.Tests.Support;
using FooBar.Web.Features.Posts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FooBar.Tests.Integration.Data;

/// <summary>A process of the site as far as its database is concerned, with the site's own migrations.</summary>
internal sealed class DataHost : IAsyncDisposable
{
    private readonly IHost _host;

    private DataHost(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public Database Database => Services.GetRequiredService<Database>();

    public ClusterTopology Topology => Database.Topology;

    internal KeyExpiry Expiry => Services.GetServices<IHostedService>().OfType<KeyExpiry>().Single();

    /// <summary>As "mysql-1 Primary, mysql-2 Replica".</summary>
    public string Roles => string.Join(", ", Topology.Nodes.Select(node => $"{node.Name} {node.Role}"));

    /// <summary>Starts; the options are quicker than a product's, so that tests are.</summary>
    public static async Task<DataHost> StartAsync(
        MySqlPair mysql, bool migrate = false, Action<IHostApplicationBuilder>? configure = null, params (string Key, string Value)[] options) =>
        await StartAsync(mysql, mysql.Application, migrate, configure, options);

    /// <summary>Starts with another connection string than the pair's own, one that goes through a proxy say.</summary>
    public static async Task<DataHost> StartAsync(
        MySqlPair mysql, string application, bool migrate = false, Action<IHostApplicationBuilder>? configure = null, params (string Key, string Value)[] options)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:foobar"] = application,
            ["ConnectionStrings:foobar-migrations"] = mysql.Migrations,
            ["Data:ProbeInterval"] = "00:00:00.1",
            ["Data:WriteWait"] = "00:00:02",
            ["Data:ReadWait"] = "00:00:02",
        });
        foreach (var (key, value) in options)
        {
            builder.Configuration[$"Data:{key}"] = value;
        }

        builder.Logging.ClearProviders();
        builder.AddDatabase("foobar");
        if (migrate)
        {
            builder.AddMigrations("foobar-migrations", typeof(PostStore).Assembly);
        }

        configure?.Invoke(builder);
        var host = new DataHost(builder.Build());
        await host._host.StartAsync();
        return host;
    }

    /// <summary>Starts, and waits until the topology is that of an untouched pair.</summary>
    public static async Task<DataHost> StartOnHealthyPairAsync(MySqlPair mysql, params (string Key, string Value)[] options)
    {
        var host = await StartAsync(mysql, options: options);
        await host.BecomesAsync("mysql-1 Primary, mysql-2 Replica", TimeSpan.FromSeconds(10));
        return host;
    }

    public Task BecomesAsync(string roles, TimeSpan bound) => Eventually.Within(bound, () => Assert.Equal(roles, Roles));

    public async Task<(HealthStatus Status, string? Reason)> HealthAsync(string check)
    {
        var report = await Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(registration => registration.Name == check);
        return (report.Status, report.Entries[check].Description);
    }

    public Task SchemaIsReadyAsync(TimeSpan bound) => Services.GetRequiredService<SchemaReadiness>().Ready.WaitAsync(bound);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
