namespace FooBar.Data.Topology;

/// <summary>
/// Tells whoever waits for an answer of a node that the answer is no longer worth waiting for: a hanging node, or one whose
/// commits can never be acknowledged any more, would otherwise hold a request until the statement's limit is over.
/// </summary>
internal sealed class Dismissals
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(NodeEndpoint Node, bool Writing), CancellationTokenSource> _waiting = [];
    private ClusterTopology _topology = ClusterTopology.Unknown;

    /// <summary>A token that is cancelled when the node is of no more use for what it was chosen for.</summary>
    public CancellationToken Of(NodeEndpoint node, bool writing)
    {
        lock (_lock)
        {
            if (IsDismissed(_topology, node, writing))
            {
                return new CancellationToken(canceled: true);
            }

            if (!_waiting.TryGetValue((node, writing), out var source))
            {
                _waiting[(node, writing)] = source = new CancellationTokenSource();
            }

            return source.Token;
        }
    }

    /// <summary>Dismisses whom the new topology has no use for.</summary>
    public void Follow(ClusterTopology topology)
    {
        lock (_lock)
        {
            _topology = topology;
            foreach (var (use, source) in _waiting.Where(use => IsDismissed(topology, use.Key.Node, use.Key.Writing)).ToList())
            {
                // Not disposed: somebody may still hold its token. What waits for it goes on elsewhere, not inside this lock.
                _waiting.Remove(use);
                _ = source.CancelAsync();
            }
        }
    }

    /// <summary>
    /// While nobody else can take over, the node may still answer, and is waited for. A new primary makes every answer of the old
    /// one moot: what the old one had not acknowledged, only the new one can tell.
    /// </summary>
    internal static bool IsDismissed(ClusterTopology topology, NodeEndpoint node, bool writing) => writing
        ? topology.Primary is { } primary && primary.Endpoint != node
        : topology.IsReadable && topology.Nodes.Any(known => known.Endpoint == node && known.Role == NodeRole.Unusable);
}
