using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dotnet;
using FooBar.AppHost.MySqlCluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FooBar.AppHost;

/// <summary>The services of FooBar, as <c>AppHost.cs</c> names them.</summary>
internal static partial class ServiceBuilderExtensions
{
    /// <summary>Adds the coordinator, which knows every node and every account. It waits for nobody, and nobody waits for it.</summary>
    public static IResourceBuilder<DotnetProjectResource> AddFailover(
        this IDistributedApplicationBuilder builder, string name, string path, IResourceBuilder<MySqlClusterDatabaseResource> database, string stateDirectory)
    {
        var cluster = database.Resource.Parent;
        var failover = builder.AddDotnetProject(name, path)
            .WithHttpEndpoint()
            .WithHttpHealthCheck("/health")
            .WithEnvironment("Failover__JournalPath", Path.Combine(stateDirectory, "failover.journal"))
            .WithEnvironment("Failover__Database", database.Resource.DatabaseName)
            .WithAccount("Coordinator", cluster.Coordinator)
            .WithAccount("Replication", cluster.Replication)
            .WithAccount("Application", database.Resource.Application)
            .WithAccount("Migrations", database.Resource.Migrations);

        foreach (var (index, node) in cluster.Nodes.Index())
        {
            var server = builder.CreateResourceBuilder(node);
            failover.WithReference(server).WaitFor(server).WithEnvironment($"Failover__Nodes__{index}", node.Name);
        }

        return failover;
    }

    /// <summary>Adds replicas of the site, one resource each, so that the gateway sees them as they are.</summary>
    public static IReadOnlyList<IResourceBuilder<DotnetProjectResource>> AddWeb(
        this IDistributedApplicationBuilder builder, string name, int count, string path, IResourceBuilder<MySqlClusterDatabaseResource> database) =>
        [.. Enumerable.Range(1, count).Select(number => builder.AddDotnetProject($"{name}-{number}", path)
            .WithHttpEndpoint()
            .WithHttpHealthCheck("/health")
            .WithReference(database)
            .WithEnvironment($"ConnectionStrings__{database.Resource.Name}-migrations", database.Resource.MigrationsConnectionStringExpression)
            .WaitFor(database))];

    /// <summary>Adds gateways that listen on the same ports (SO_REUSEPORT); each has a management port of its own.</summary>
    public static IReadOnlyList<IResourceBuilder<DotnetProjectResource>> AddGateways(
        this IDistributedApplicationBuilder builder, string name, int count, string path,
        IReadOnlyList<IResourceBuilder<DotnetProjectResource>> upstreams, AppHostSettings settings)
    {
        var gateways = Enumerable.Range(0, count).Select(index =>
        {
            var gateway = builder.AddDotnetProject($"{name}-{index + 1}", path)
                .WithSharedPort("http", settings.HttpPort, "Gateway__HttpPort")
                .WithSharedPort("https", settings.HttpsPort, "Gateway__HttpsPort")
                .WithHttpEndpoint(settings.ManagementPort + index, settings.ManagementPort + index, "management", "Gateway__ManagementPort", isProxied: false)
                .WithUrlForEndpoint("management", url => url.DisplayText = "management")
                .WithHttpHealthCheck("/health", endpointName: "management");
            foreach (var upstream in upstreams)
            {
                gateway.WithReference(upstream);
            }

            return gateway;
        }).ToList();

        gateways[0].OnResourceReady((_, ready, _) =>
        {
            var logger = ready.Services.GetRequiredService<ILoggerFactory>().CreateLogger(builder.Environment.ApplicationName);
            LogSite(logger, $"http://localhost:{settings.HttpPort}", $"https://localhost:{settings.HttpsPort}");
            return Task.CompletedTask;
        });
        return gateways;
    }

    // An endpoint with a variable of its own is left out of ASPNETCORE_URLS: the gateway makes these sockets itself.
    private static IResourceBuilder<DotnetProjectResource> WithSharedPort(
        this IResourceBuilder<DotnetProjectResource> gateway, string scheme, int port, string variable) =>
        gateway.WithEndpoint(port, port, scheme, scheme, variable, isProxied: false, isExternal: true);

    private static IResourceBuilder<DotnetProjectResource> WithAccount(this IResourceBuilder<DotnetProjectResource> failover, string key, MySqlAccount account) =>
        failover.WithEnvironment($"Failover__{key}__User", account.User)
            .WithEnvironment(context => context.EnvironmentVariables[$"Failover__{key}__Password"] = account.Password);

    [LoggerMessage(4001, LogLevel.Information, "The site is at {Http} and {Https}")]
    private static partial void LogSite(ILogger logger, string http, string https);
}
