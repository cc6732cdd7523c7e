using System.Collections.Immutable;

namespace FooBar.Data.Topology;

/// <summary>Who may be asked for what, as of the last answers of the nodes.</summary>
/// <param name="Nodes">Every configured node, in configured order.</param>
/// <param name="Epoch">The highest epoch ever seen by this process.</param>
public sealed record ClusterTopology(ImmutableArray<NodeStatus> Nodes, long Epoch)
{
    /// <summary>The node that takes writes; null while there is none.</summary>
    public NodeStatus? Primary => Nodes.FirstOrDefault(node => node.Role == NodeRole.Primary);

    /// <summary>The replicas whose data is fresh enough to be read.</summary>
    public IEnumerable<NodeStatus> Replicas => Nodes.Where(node => node.Role == NodeRole.Replica);

    /// <summary>Whether any copy of the data may be read.</summary>
    public bool IsReadable => Nodes.Any(node => node.Role != NodeRole.Unusable);

    /// <summary>Why each node is what it is, in one line.</summary>
    public string Summary => string.Join("; ", Nodes.Select(node => $"{node.Name} {node.Reason}"));

    /// <summary>What a process knows before it has asked anybody.</summary>
    internal static ClusterTopology Unknown { get; } = new([], Epoch: 0);

    /// <summary>Whether the nodes have the same names and roles as in <paramref name="other"/>: what is worth a log line.</summary>
    internal bool HasSameRolesAs(ClusterTopology other) =>
        Nodes.Select(node => (node.Name, node.Role)).SequenceEqual(other.Nodes.Select(node => (node.Name, node.Role)));
}
