using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;

namespace FooBar.AppHost.MySqlCluster;

public static class MySqlClusterBuilderExtensions
{
    /// <summary>
    /// Adds a cluster of MySQL servers that replicate by GTID. Every node boots fenced; a failover coordinator decides who
    /// takes writes.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The cluster's name; its nodes are called <c>NAME-1</c> and so on, published ones <c>NAME-0</c> and so on.</param>
    /// <param name="nodes">How many servers, at least one.</param>
    public static IResourceBuilder<MySqlClusterResource> AddMySqlCluster(
        this IDistributedApplicationBuilder builder, string name, int nodes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);

        var publishing = builder.ExecutionContext.IsPublishMode;
        var rootPassword = builder.AddPassword($"{name}-root-password");
        var cluster = builder.AddResource(new MySqlClusterResource(name, rootPassword.Resource)
        {
            Coordinator = builder.AddAccount(name, "coordinator"),
            Replication = builder.AddAccount(name, "replication"),
            HasCertificates = publishing,
        });

        for (var number = 1; number <= nodes; number++)
        {
            // Kubernetes counts the pods of a set from 0.
            var node = builder.AddNode(cluster, $"{name}-{(publishing ? number - 1 : number)}", number, rootPassword);
            cluster.Resource.Add(node.Resource);
            cluster.WaitFor(node);
        }

        return cluster.ExcludeFromManifest().OnInitializeResource(RunAsync);
    }

    /// <summary>Keeps each node's data in a volume that outlives the application.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="prefix">What the volumes' names begin with, for instance <c>foobar</c> for <c>foobar-mysql-1-data</c>; null for no volumes.</param>
    public static IResourceBuilder<MySqlClusterResource> WithDataVolumes(this IResourceBuilder<MySqlClusterResource> cluster, string? prefix)
    {
        foreach (var node in prefix is null ? [] : cluster.Resource.Nodes)
        {
            cluster.ApplicationBuilder.CreateResourceBuilder(node).WithDataVolume($"{prefix}-{node.Name}-data");
        }

        return cluster;
    }

    /// <summary>Adds a database, with one account for its rows and one for its tables.</summary>
    public static IResourceBuilder<MySqlClusterDatabaseResource> AddDatabase(
        this IResourceBuilder<MySqlClusterResource> cluster, string name, string? databaseName = null)
    {
        var builder = cluster.ApplicationBuilder;
        var database = new MySqlClusterDatabaseResource(name, databaseName ?? name, cluster.Resource)
        {
            Application = builder.AddAccount(cluster.Resource.Name, $"{name}_app"),
            Migrations = builder.AddAccount(cluster.Resource.Name, $"{name}_migrations"),
        };
        return builder.AddResource(database).ExcludeFromManifest().WithParentRelationship(cluster).OnInitializeResource(async (resource, started, cancellationToken) =>
        {
            await started.Notifications.WaitForResourceAsync(cluster.Resource.Name, KnownResourceStates.Running, cancellationToken);
            await AnnounceAsync(resource, started, cancellationToken);
        });
    }

    private static IResourceBuilder<MySqlServerResource> AddNode(
        this IDistributedApplicationBuilder builder, IResourceBuilder<MySqlClusterResource> cluster, string name, int number,
        IResourceBuilder<ParameterResource> rootPassword)
    {
        var identity = MySqlNodeSettings.Identity(number.ToString(CultureInfo.InvariantCulture), host: name);
        var certificate = cluster.Resource.HasCertificates ? MySqlNodeSettings.Certificate : [];
        return builder.AddMySql(name, rootPassword)
            .WithArgs([.. identity, .. certificate, .. MySqlNodeSettings.Common])
            .WithContainerFiles(MySqlNodeProgram.Directory, MySqlNodeProgram.Files())
            .WithEnvironment("PATH", MySqlNodeProgram.SearchPath)
            .WithContainerRuntimeArgs("--restart", "unless-stopped")
            .WithParentRelationship(cluster);
    }

    // Publishing the first event waits for the nodes.
    private static async Task RunAsync(MySqlClusterResource cluster, InitializeResourceEvent started, CancellationToken cancellationToken)
    {
        await started.Eventing.PublishAsync(new BeforeResourceStartedEvent(cluster, started.Services), cancellationToken);
        await started.Notifications.PublishUpdateAsync(cluster, state => state with { State = KnownResourceStates.Running });
    }

    private static async Task AnnounceAsync(MySqlClusterDatabaseResource database, InitializeResourceEvent started, CancellationToken cancellationToken)
    {
        await started.Eventing.PublishAsync(new ConnectionStringAvailableEvent(database, started.Services), cancellationToken);
        await started.Notifications.PublishUpdateAsync(database, state => state with { State = KnownResourceStates.Running });
    }

    private static MySqlAccount AddAccount(this IDistributedApplicationBuilder builder, string cluster, string user) =>
        new(user, builder.AddPassword($"{cluster}-{user.Replace('_', '-')}-password").Resource);

    // Letters and digits only: the password stands in connection strings.
    private static IResourceBuilder<ParameterResource> AddPassword(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 24, Special = false }, secret: true, persist: true);
}
