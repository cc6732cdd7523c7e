using FooBar.Failover;
using FooBar.Failover.Decide;
using FooBar.Failover.Operate;
using FooBar.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace FooBar.Tests.Integration.Failover;

/// <summary>A coordinator of all nodes, with the services that the real program has.</summary>
internal sealed class CoordinatorHost : IAsyncDisposable
{
    private readonly IHost host;

    private CoordinatorHost(IHost host) => this.host = host;

    public ClusterStatus.Snapshot? Latest => Part<ClusterStatus>().Latest;

    /// <summary>A part of the coordinator.</summary>
    public TPart Part<TPart>() where TPart : notnull => host.Services.GetRequiredService<TPart>();

    /// <summary>Asks as an operator does.</summary>
    public Task<OperatorDesk.Answer> AskAsync(OperatorCommand command, CancellationToken cancellationToken) =>
        Part<OperatorDesk>().AskAsync(command, cancellationToken);

    /// <summary>All settings of a coordinator but where its journal is.</summary>
    public static Dictionary<string, string?> Settings(MySqlNodes nodes)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Failover:Database"] = "foobar",
            ["Failover:PollInterval"] = "00:00:00.2",
        };
        foreach (var (index, name) in nodes.Names.Index())
        {
            settings[$"Failover:Nodes:{index}"] = name;
            settings[$"ConnectionStrings:{name}"] = nodes.ConnectionString(name);
        }

        foreach (var account in new[] { "Coordinator", "Replication", "Application", "Migrations" })
        {
            settings[$"Failover:{account}:User"] = account.ToLowerInvariant();
            settings[$"Failover:{account}:Password"] = Password(account.ToLowerInvariant());
        }

        return settings;
    }

    public static async Task<CoordinatorHost> StartAsync(MySqlNodes nodes, string journal, CancellationToken cancellationToken, params (string Key, string Value)[] options)
    {
        var settings = Settings(nodes);
        foreach (var (key, value) in options)
        {
            settings[$"Failover:{key}"] = value;
        }

        settings["Failover:JournalPath"] = journal;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddFailover();
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new CoordinatorHost(host);
    }

    public static string Password(string user) => $"password-of-{user}";

    /// <summary>Waits until the latest decision is of a kind and, if asked, its sentence contains a text.</summary>
    public async Task<TDecision> DecidesAsync<TDecision>(TimeSpan bound, string text = "") where TDecision : Decision
    {
        TDecision? decided = null;
        await Eventually.Within(bound, () =>
        {
            var latest = Latest;
            Assert.True(latest?.Decision is TDecision && latest.Decision.Reason.Contains(text, StringComparison.Ordinal),
                $"The latest decision is {latest?.Decision}, failure: {latest?.Failure}");
            decided = (TDecision)latest!.Decision;
        });
        return decided!;
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
