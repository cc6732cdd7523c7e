using FooBar.Data.Consistency;

namespace FooBar.Data.Topology;

/// <summary>What a node may be used for.</summary>
public enum NodeRole
{
    /// <summary>Nothing, not even reads.</summary>
    Unusable,

    /// <summary>Reads.</summary>
    Replica,

    /// <summary>Writes, and reads.</summary>
    Primary,
}

/// <summary>One node's place in the topology.</summary>
/// <param name="Endpoint">Where it answers.</param>
/// <param name="Name">Its own name (report_host), or its address while it has told none.</param>
/// <param name="Role">What it may be used for.</param>
/// <param name="Reason">Why, in one sentence.</param>
public sealed record NodeStatus(NodeEndpoint Endpoint, string Name, NodeRole Role, string Reason)
{
    /// <summary>The transactions that it had carried out when it was last asked; it never has fewer later.</summary>
    internal GtidSet Executed { get; init; } = GtidSet.Empty;
}
