using System.Collections.Immutable;
using System.Reflection;
using FooBar.Data.Idempotency;
using FooBar.Data.Migrations;
using FooBar.Data.Routing;
using FooBar.Data.Topology;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace FooBar.Data;

/// <summary>Adds the product's database to an application.</summary>
public static class DataBuilderExtensions
{
    /// <summary>Of each process and node. A node that is left alone serves all replicas of the site, and takes 400 connections.</summary>
    private const uint DefaultPoolSize = 40;

    /// <summary>
    /// Adds <see cref="Database"/> for the cluster that <c>ConnectionStrings:{connectionName}</c> names (see
    /// <see cref="ClusterConnectionString"/>), with the health check "mysql". A connection string that is missing or malformed is
    /// reported when options are validated at start.
    /// </summary>
    public static void AddDatabase(this IHostApplicationBuilder builder, string connectionName)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<DataOptions>().BindConfiguration(DataOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<DataOptions>, DataOptionsValidator>();
        builder.Services.TryAddSingleton(TimeProvider.System);

        var configured = NodesIn(builder, connectionName);
        var keys = builder.AddNodes(connectionName, configured, pooling: true);
        builder.Services.AddSingleton(services => NodesOf(services, keys));

        // A probe that took connections from the pool of a node that hangs would try one after the other.
        var probed = builder.AddNodes(connectionName, configured, pooling: false);
        builder.Services.AddSingleton(services => new ProbedNodes(NodesOf(services, probed).All));
        builder.Services.AddSingleton<TopologyBoard>();
        builder.Services.AddHostedService<TopologyWatcher>();
        builder.Services.AddSingleton(services => new Database(
            services.GetRequiredService<DatabaseNodes>(), services.GetRequiredService<TopologyBoard>(),
            services.GetRequiredService<IOptions<DataOptions>>(), services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<KeyedWrite>>()));
        builder.Services.AddHostedService<KeyExpiry>();
        builder.Services.AddHealthChecks().AddCheck<TopologyHealthCheck>("mysql");
    }

    /// <summary>
    /// Applies the SQL files that <paramref name="assembly"/> carries as resources <c>migrations/0001_*.sql</c>, once, in
    /// order, whichever process comes first, through <c>ConnectionStrings:{connectionName}</c>: the same nodes as
    /// <see cref="AddDatabase"/>, with an account that may change the schema. Until then the health check "schema" is
    /// unhealthy.
    /// </summary>
    /// <exception cref="MigrationException">The files are not numbered as they should be.</exception>
    public static void AddMigrations(this IHostApplicationBuilder builder, string connectionName, Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var known = Migration.In(assembly);

        // Not pooled: a migration's lock lives as long as its connection.
        var keys = builder.AddNodes(connectionName, NodesIn(builder, connectionName), pooling: false);
        builder.Services.AddSingleton(services =>
        {
            var nodes = NodesOf(services, keys);
            var missing = services.GetRequiredService<DatabaseNodes>().Endpoints.Except(nodes.Endpoints).ToList();
            return missing.Count == 0 ? new MigrationSource(known, nodes) : throw new OptionsValidationException(
                connectionName, typeof(ClusterConnectionString),
                [$"ConnectionStrings:{connectionName} lacks {string.Join(", ", missing)}: name the same nodes as for the application."]);
        });
        builder.Services.AddSingleton<MigrationRunner>();
        builder.Services.AddSingleton(new SchemaReadiness());
        builder.Services.AddHostedService<MigrationService>();
        builder.Services.AddHealthChecks().AddCheck<SchemaReadiness>("schema");
    }

    private static ImmutableArray<(NodeEndpoint Endpoint, string ConnectionString)> NodesIn(IHostApplicationBuilder builder, string connectionName)
    {
        try
        {
            return ClusterConnectionString.Parse(connectionName, builder.Configuration.GetConnectionString(connectionName)).Nodes;
        }
        catch (FormatException e)
        {
            // Reported at start, together with every other wrong option.
            builder.Services.AddOptions<DataOptions>().Validate(_ => false, e.Message);
            return [];
        }
    }

    private static List<(NodeEndpoint Endpoint, string Key)> AddNodes(
        this IHostApplicationBuilder builder, string connectionName, ImmutableArray<(NodeEndpoint, string)> nodes, bool pooling)
    {
        var keys = new List<(NodeEndpoint, string)>();
        foreach (var (endpoint, connectionString) in nodes)
        {
            var settings = new MySqlConnectionStringBuilder(connectionString) { Pooling = pooling, DateTimeKind = MySqlDateTimeKind.Utc };
            if (!settings.ContainsKey("MaximumPoolSize"))
            {
                settings.MaximumPoolSize = DefaultPoolSize;
            }

            var key = $"{connectionName}@{endpoint}{(pooling ? "" : ", not pooled")}";
            builder.AddKeyedMySqlDataSource(key, mysql =>
            {
                mysql.ConnectionString = settings.ConnectionString;
                mysql.DisableHealthChecks = true; // one node that is down is no reason to be unhealthy: ours judges the whole
            });
            keys.Add((endpoint, key));
        }

        return keys;
    }

    private static DatabaseNodes NodesOf(IServiceProvider services, List<(NodeEndpoint Endpoint, string Key)> keys) =>
        new(keys.Select(node => new DatabaseNode(node.Endpoint, services.GetRequiredKeyedService<MySqlDataSource>(node.Key))));
}
