using Aspire.Hosting.ApplicationModel;

namespace FooBar.AppHost.MySqlCluster;

/// <summary>A database of a cluster. Its connection strings name all nodes; who is primary is for the client to ask.</summary>
public sealed class MySqlClusterDatabaseResource(string name, string databaseName, MySqlClusterResource cluster)
    : Resource(name), IResourceWithParent<MySqlClusterResource>, IResourceWithConnectionString
{
    public MySqlClusterResource Parent => cluster;

    /// <summary>Its name in MySQL.</summary>
    public string DatabaseName => databaseName;

    /// <summary>The account that reads and writes rows.</summary>
    public required MySqlAccount Application { get; init; }

    /// <summary>The account that changes tables.</summary>
    public required MySqlAccount Migrations { get; init; }

    public ReferenceExpression ConnectionStringExpression => ConnectAs(Application);

    public ReferenceExpression MigrationsConnectionStringExpression => ConnectAs(Migrations);

    private ReferenceExpression ConnectAs(MySqlAccount account) => ReferenceExpression.Create(
        $"Server={cluster.Hosts()};Database={databaseName};User ID={account.User};Password={account.Password};{cluster.ClientTls}");
}
