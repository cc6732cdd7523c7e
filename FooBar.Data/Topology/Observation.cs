using FooBar.Data.Consistency;

namespace FooBar.Data.Topology;

/// <summary>What one probe of one node brought: facts, or the reason why there are none, as in "mysql-1 [reason]".</summary>
internal sealed record Observation(NodeEndpoint Endpoint, NodeFacts? Facts, string? Failure)
{
    public static Observation Of(NodeEndpoint endpoint, NodeFacts facts) => new(endpoint, facts, Failure: null);

    public static Observation NotYet(NodeEndpoint endpoint) => Failed(endpoint, "has not been asked yet");

    public static Observation Failed(NodeEndpoint endpoint, string reason) => new(endpoint, Facts: null, reason);
}

/// <summary>What a node says of itself.</summary>
/// <param name="Name">The node's name, as the cluster calls it.</param>
/// <param name="ReadOnly">Whether it refuses every write (super_read_only).</param>
/// <param name="Offline">Whether it is in offline mode, which serves no application.</param>
/// <param name="Epoch">The number of the last promotion that its data knows of.</param>
/// <param name="Replication">How it follows its source; null if it follows none.</param>
internal sealed record NodeFacts(string Name, bool ReadOnly, bool Offline, long Epoch, ReplicationFacts? Replication)
{
    /// <summary>The transactions that it has carried out.</summary>
    public GtidSet Executed { get; init; } = GtidSet.Empty;
}

/// <summary>How a node follows its source.</summary>
/// <param name="Applying">Whether it applies what it received.</param>
/// <param name="Lag">How far its data is behind what its source had committed; null if that cannot be told.</param>
internal sealed record ReplicationFacts(bool Applying, TimeSpan? Lag);
