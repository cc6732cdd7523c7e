using System.Collections.Immutable;

namespace FooBar.Failover.Observe;

/// <summary>All nodes as seen in one cycle, in the order of the configuration.</summary>
public sealed record ClusterView(DateTimeOffset At, ImmutableArray<NodeView> Nodes)
{
    public NodeView? Find(string? name) => Nodes.FirstOrDefault(node => node.Name == name);
}
