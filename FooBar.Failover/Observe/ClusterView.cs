using System.Collections.Immutable;

namespace FooBar.Failover.Observe;

/// <summary>All nodes as seen in one cycle, in the order of the configuration.</summary>
public sealed record ClusterView(DateTimeOffset At, ImmutableArray<NodeView> Nodes)
{
    /// <summary>Whether a commit may be acknowledged by one of several replicas, so that it matters which ones may.</summary>
    public bool SeveralReplicas => Nodes.Length > 2;

    public NodeView? Find(string? name) => Nodes.FirstOrDefault(node => node.Name == name);
}
