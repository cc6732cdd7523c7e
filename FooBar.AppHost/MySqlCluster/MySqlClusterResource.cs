using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace FooBar.AppHost.MySqlCluster;

/// <summary>Several MySQL servers that are one: a primary, its replicas, and accounts that all of them share.</summary>
public sealed class MySqlClusterResource(string name, ParameterResource rootPassword) : Resource(name), IResourceWithWaitSupport
{
    private readonly List<MySqlServerResource> nodes = [];

    /// <summary>The servers, named <c>NAME-1</c>, <c>NAME-2</c> and so on. The first is primary of a new cluster.</summary>
    public IReadOnlyList<MySqlServerResource> Nodes => nodes;

    /// <summary>The password of root on every node.</summary>
    public ParameterResource RootPassword { get; } = rootPassword;

    /// <summary>What the failover coordinator works with.</summary>
    public required MySqlAccount Coordinator { get; init; }

    /// <summary>What replicas read the primary's binary log with.</summary>
    public required MySqlAccount Replication { get; init; }

    internal void Add(MySqlServerResource node) => nodes.Add(node);

    /// <summary><c>host:port,host:port</c>, as whoever evaluates it reaches the nodes.</summary>
    internal ReferenceExpression Hosts()
    {
        var hosts = new ReferenceExpressionBuilder();
        foreach (var node in nodes)
        {
            hosts.Append($"{(hosts.IsEmpty ? "" : ",")}{node.Host}:{node.Port}");
        }

        return hosts.Build();
    }
}

/// <summary>An account in MySQL.</summary>
/// <param name="User">Its name.</param>
/// <param name="Password">Its password.</param>
public sealed record MySqlAccount(string User, ParameterResource Password);
