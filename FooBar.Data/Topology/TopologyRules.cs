using System.Globalization;
using FooBar.Data.Consistency;

namespace FooBar.Data.Topology;

/// <summary>Decides from what the nodes said who may be used for what. Pure.</summary>
/// <remarks>
/// The failover coordinator numbers every promotion and writes the number, the epoch, into the database as the first
/// transaction of the new primary. So whoever has seen epoch n never again uses a node that knows of n - 1 only, whatever
/// that node believes to be: a former primary that wakes up still writable serves nobody.
/// </remarks>
internal static class TopologyRules
{
    public static ClusterTopology Next(ClusterTopology previous, IReadOnlyList<Observation> seen, TimeSpan maxReplicaLag)
    {
        var epoch = seen.Select(node => node.Facts?.Epoch ?? 0).Append(previous.Epoch).Max();
        var writable = seen.Where(node => node.Facts is { ReadOnly: false, Offline: false } && node.Facts.Epoch == epoch).ToList();
        var hasPrimary = writable.Count == 1;

        return new([.. seen.Select(node => Status(node))], epoch);

        NodeStatus Status(Observation node)
        {
            var (role, reason) = node.Facts is { } facts
                ? Judge(facts, epoch, writable.Count, hasPrimary ? maxReplicaLag : TimeSpan.MaxValue)
                : (NodeRole.Unusable, node.Failure!);
            return new(node.Endpoint, node.Facts?.Name ?? LastName(node.Endpoint), role, reason)
            {
                Executed = node.Facts?.Executed ?? GtidSet.Empty,
            };
        }

        string LastName(NodeEndpoint endpoint) =>
            previous.Nodes.FirstOrDefault(known => known.Endpoint == endpoint)?.Name ?? endpoint.ToString();
    }

    private static (NodeRole Role, string Reason) Judge(NodeFacts node, long epoch, int writableNodes, TimeSpan lagLimit) => node switch
    {
        { Offline: true } => (NodeRole.Unusable, "is in offline mode"),
        _ when node.Epoch < epoch => (NodeRole.Unusable, node.ReadOnly
            ? $"knows epoch {node.Epoch}, but epoch {epoch} has begun: its data is from before the last promotion"
            : $"is writable with epoch {node.Epoch}, but epoch {epoch} has begun: a former primary"),
        { ReadOnly: false } => writableNodes == 1
            ? (NodeRole.Primary, $"is writable and has the highest epoch, {epoch}")
            : (NodeRole.Unusable, $"is one of {writableNodes} writable nodes of epoch {epoch}, and only one can be the primary"),
        { Replication: null } => (NodeRole.Unusable, "is read-only and follows no source"),
        { Replication.Applying: false } => (NodeRole.Unusable, "does not apply what it receives"),

        // Without a primary there is nothing newer to be had, so that any replica of this epoch is as good as it gets.
        _ when lagLimit == TimeSpan.MaxValue => (NodeRole.Replica, "is read-only; there is no primary"),
        { Replication.Lag: null } => (NodeRole.Unusable, "does not hear its source, so that its lag is unknown"),
        _ when node.Replication.Lag > lagLimit => (NodeRole.Unusable, $"is {Seconds(node.Replication.Lag.Value)} behind, more than {Seconds(lagLimit)}"),
        _ => (NodeRole.Replica, "follows its source"),
    };

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
}
