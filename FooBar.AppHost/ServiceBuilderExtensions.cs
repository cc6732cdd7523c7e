using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using FooBar.AppHost.MySqlCluster;
using FooBar.AppHost.Publishing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FooBar.AppHost;

/// <summary>The services of FooBar, as <c>AppHost.cs</c> names them.</summary>
internal static partial class ServiceBuilderExtensions
{
    // Every address that a pod or a container of a private network can have.
    private static readonly string[] ClusterNetworks = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

    /// <summary>
    /// Adds the coordinator, which knows every node and every account. No WaitFor: the coordinator must start while a node is down, and
    /// nothing may wait for it.
    /// </summary>
    public static IResourceBuilder<ProjectResource> AddFailover<TProject>(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<MySqlClusterDatabaseResource> database, string stateDirectory)
        where TProject : IProjectMetadata, new()
    {
        var cluster = database.Resource.Parent;
        var failover = builder.AddProject<TProject>(name, WithoutLaunchProfile)
            .WithHttpEndpoint()
            .WithHttpHealthCheck("/health")
            .WithJournal(stateDirectory)
            .WithEnvironment("Failover__Database", database.Resource.DatabaseName)
            .WithAccount("Coordinator", cluster.Coordinator)
            .WithAccount("Replication", cluster.Replication)
            .WithAccount("Application", database.Resource.Application)
            .WithAccount("Migrations", database.Resource.Migrations);

        foreach (var (index, node) in cluster.Nodes.Index())
        {
            failover.WithReferenceRelationship(node)
                .WithEnvironment($"ConnectionStrings__{node.Name}", cluster.ConnectAsRoot(node))
                .WithEnvironment($"Failover__Nodes__{index}", node.Name);
        }

        if (cluster.HasCertificates)
        {
            failover.WithEnvironment("Failover__ReplicationCertificateAuthority", MySqlNodeSettings.CertificateAuthority);
        }

        builder.CreateResourceBuilder(cluster).AddOperatorCommands(failover);
        return failover;
    }

    /// <summary>Adds replicas of the site, one resource each, so that the gateway sees them as they are.</summary>
    public static IReadOnlyList<IResourceBuilder<ProjectResource>> AddWeb<TProject>(
        this IDistributedApplicationBuilder builder, string name, int count, IResourceBuilder<MySqlClusterDatabaseResource> database)
        where TProject : IProjectMetadata, new() =>
        [.. builder.Replicas(name, count).Select(replica => builder.AddProject<TProject>(replica, WithoutLaunchProfile)
            .WithHttpEndpoint()
            .WithHttpHealthCheck("/health")
            .WithReference(database)
            .WithEnvironment($"ConnectionStrings__{database.Resource.Name}-migrations", database.Resource.MigrationsConnectionStringExpression)
            .WaitFor(database)
            .PublishWithTrustIn(ClusterNetworks) // only gateways reach it
            .PublishAsDeployment(deployment => (deployment.Replicas, deployment.MaxReplicas) = (count, 3 * count))
            .PublishAsComposeService(service => service.Replicas = count))];

    /// <summary>Adds gateways that listen on the same ports (SO_REUSEPORT); each has a management port of its own.</summary>
    public static IReadOnlyList<IResourceBuilder<ProjectResource>> AddGateways<TProject>(
        this IDistributedApplicationBuilder builder, string name, int count,
        IReadOnlyList<IResourceBuilder<ProjectResource>> upstreams, AppHostSettings settings)
        where TProject : IProjectMetadata, new()
    {
        var gateways = builder.Replicas(name, count).Select((replica, index) =>
        {
            var gateway = builder.AddProject<TProject>(replica, WithoutLaunchProfile)
                .WithSharedPort("http", settings.HttpPort, "Gateway__HttpPort")
                .WithSharedPort("https", settings.HttpsPort, "Gateway__HttpsPort")
                .WithHttpEndpoint(settings.ManagementPort + index, settings.ManagementPort + index, "management", "Gateway__ManagementPort", isProxied: false)
                .WithUrlForEndpoint("management", url => url.DisplayText = "management")
                .WithHttpHealthCheck("/health", endpointName: "management")
                .PublishWithEnvironment("Gateway__Address", "any")
                .PublishWithEnvironment("Gateway__ManagementAddress", "any")
                .PublishWithEnvironment("Gateway__Discovery", "Dns")
                .PublishWithCertificate("gateway-tls")
                .PublishAsDeployment(deployment => (deployment.Replicas, deployment.MaxReplicas) = (count, 3 * count))
                .PublishAsComposeService(service => service.Network = "edge"); // one, because a port of the host has one owner
            foreach (var upstream in upstreams)
            {
                gateway.WithReference(upstream);
            }

            return gateway;
        }).ToList();

        gateways[0].OnResourceReady((_, ready, _) =>
        {
            var logger = ready.Services.GetRequiredService<ILoggerFactory>().CreateLogger(builder.Environment.ApplicationName);
            LogSite(logger, $"http://localhost:{settings.HttpPort}", $"https://localhost:{settings.HttpsPort}", builder.Configuration["ASPNETCORE_URLS"] ?? "its usual address");
            return Task.CompletedTask;
        });
        return gateways;
    }

    // A launch profile is for a service that is started alone. Its addresses and its environment do not belong in the model.
    private static void WithoutLaunchProfile(ProjectResourceOptions options) => options.ExcludeLaunchProfile = true;

    // Here each replica is a resource, so that balancing and failing can be seen; elsewhere replicas are a number.
    private static IEnumerable<string> Replicas(this IDistributedApplicationBuilder builder, string name, int count) =>
        builder.ExecutionContext.IsPublishMode ? [name] : Enumerable.Range(1, count).Select(number => $"{name}-{number}");

    // A file of this machine here; where pods come and go, what all of them can reach.
    private static IResourceBuilder<ProjectResource> WithJournal(this IResourceBuilder<ProjectResource> failover, string stateDirectory)
    {
        if (failover.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            return failover.WithEnvironment("Failover__JournalPath", Path.Combine(stateDirectory, "failover.journal"));
        }

        const string journal = "failover-journal", lease = "failover";
        return failover
            .PublishAsDeployment(deployment =>
            {
                deployment.Coordination = (lease, journal);
                deployment.Variables["Failover__Kubernetes__Journal"] = journal;
                deployment.Variables["Failover__Kubernetes__Lease"] = lease;
                deployment.Variables["Failover__Kubernetes__Namespace"] = "$(POD_NAMESPACE)";
                deployment.Variables["Failover__Kubernetes__Identity"] = "$(POD_NAME)";
            })
            .PublishAsComposeService(service =>
            {
                service.Network = "data";
                service.Variables["Failover__JournalPath"] = "/home/app/failover.journal"; // a folder of the image that its user owns
                service.Volumes[journal] = "/home/app";
            });
    }

    private static IResourceBuilder<ProjectResource> PublishWithCertificate(this IResourceBuilder<ProjectResource> gateway, string secret) =>
        gateway.PublishWithSecretFiles(secret, $"/etc/foobar/{secret}")
            .PublishWithEnvironment("Gateway__Certificate__Path", $"/etc/foobar/{secret}/tls.crt")
            .PublishWithEnvironment("Gateway__Certificate__KeyPath", $"/etc/foobar/{secret}/tls.key");

    private static IResourceBuilder<ProjectResource> PublishWithTrustIn(this IResourceBuilder<ProjectResource> service, string[] networks)
    {
        foreach (var (index, network) in networks.Index())
        {
            service.PublishWithEnvironment($"ForwardedHeaders__TrustedNetworks__{index}", network);
        }

        return service;
    }

    // An endpoint with a variable of its own is left out of ASPNETCORE_URLS: the gateway makes these sockets itself.
    private static IResourceBuilder<ProjectResource> WithSharedPort(
        this IResourceBuilder<ProjectResource> gateway, string scheme, int port, string variable) =>
        gateway.WithEndpoint(port, port, scheme, scheme, variable, isProxied: false, isExternal: true);

    private static IResourceBuilder<ProjectResource> WithAccount(this IResourceBuilder<ProjectResource> failover, string key, MySqlAccount account) =>
        failover.WithEnvironment($"Failover__{key}__User", account.User)
            .WithEnvironment(context => context.EnvironmentVariables[$"Failover__{key}__Password"] = account.Password);

    [LoggerMessage(4001, LogLevel.Information, "The site is at {Http} and {Https}, the dashboard at {Dashboard}")]
    private static partial void LogSite(ILogger logger, string http, string https, string dashboard);
}
