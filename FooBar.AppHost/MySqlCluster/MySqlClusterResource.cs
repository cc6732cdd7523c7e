using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using FooBar.AppHost.Publishing.Model;

namespace FooBar.AppHost.MySqlCluster;

/// <summary>Several MySQL servers that are one: a primary, its replicas, and accounts that all of them share.</summary>
public sealed class MySqlClusterResource(string name, ParameterResource rootPassword) : Resource(name), IResourceWithWaitSupport
{
    private readonly List<MySqlServerResource> nodes = [];

    /// <summary>The servers, named <c>NAME-1</c>, <c>NAME-2</c> and so on. The first is primary of a new cluster.</summary>
    public IReadOnlyList<MySqlServerResource> Nodes => nodes;

    /// <summary>What the failover coordinator works with.</summary>
    public required MySqlAccount Coordinator { get; init; }

    /// <summary>What replicas read the primary's binary log with.</summary>
    public required MySqlAccount Replication { get; init; }

    /// <summary>Whether the nodes have certificates that clients verify; if not, the connections are only encrypted.</summary>
    internal bool HasCertificates { get; init; }

    /// <summary>The authority of those certificates, as files of a client.</summary>
    internal SecretFiles CertificateAuthority { get; } = new($"{name}-ca", $"/etc/foobar/{name}-ca");

    /// <summary>What a client says of TLS in its connection string.</summary>
    internal string ClientTls => HasCertificates ? $"SslMode=VerifyFull;SslCa={CertificateAuthority.Directory}/ca.crt" : "SslMode=Required";

    /// <summary>Connects to one node as root, which exists there from the beginning.</summary>
    internal ReferenceExpression ConnectAsRoot(MySqlServerResource node) =>
        ReferenceExpression.Create($"Server={node.Host};Port={node.Port};User ID=root;Password={rootPassword};{ClientTls}");

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
