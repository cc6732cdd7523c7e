using System.Collections.Immutable;
using FooBar.Data.Topology;
using MySqlConnector;

namespace FooBar.Data.Routing;

/// <summary>One node and its connections.</summary>
/// <remarks>
/// Nobody has to empty the pool of a node that was away: a connection is reset when it is taken from the pool, and one
/// that does not survive that is replaced. (MySqlConnection.ClearPool does not reach the pool of a MySqlDataSource.)
/// </remarks>
internal sealed record DatabaseNode(NodeEndpoint Endpoint, MySqlDataSource Source);

/// <summary>Every configured node, with the application's account.</summary>
internal sealed class DatabaseNodes(IEnumerable<DatabaseNode> nodes)
{
    public ImmutableArray<DatabaseNode> All { get; } = [.. nodes];

    public IEnumerable<NodeEndpoint> Endpoints => All.Select(node => node.Endpoint);

    public DatabaseNode this[NodeEndpoint endpoint] => All.Single(node => node.Endpoint == endpoint);
}
