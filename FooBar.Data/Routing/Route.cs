using FooBar.Data.Consistency;
using FooBar.Data.Topology;

namespace FooBar.Data.Routing;

/// <summary>Chooses a node for a request. Pure.</summary>
internal static class Route
{
    public static NodeStatus? ForWriting(ClusterTopology topology) => topology.Primary;

    /// <param name="topology">Who may be asked for what.</param>
    /// <param name="copy">What the reader accepts.</param>
    /// <param name="turn">A number that grows with every read, so that replicas take turns.</param>
    /// <param name="failed">A node that has just failed this very read.</param>
    public static NodeStatus? ForReading(ClusterTopology topology, ReadFrom copy, uint turn, NodeEndpoint? failed)
    {
        var primary = topology.Primary is { } node && node.Endpoint != failed ? node : null;
        return copy.AcceptsReplica ? InTurn(Replicas(topology, failed), turn) ?? primary : primary;
    }

    /// <summary>
    /// Who may have a write, in the order in which to ask: a replica that is known to have it, else the replica whose turn it is,
    /// which may have got it since, and then the primary.
    /// </summary>
    public static IEnumerable<NodeStatus> ForReadingWith(ClusterTopology topology, WritePosition write, uint turn, NodeEndpoint? failed)
    {
        var replicas = Replicas(topology, failed);
        var replica = InTurn([.. replicas.Where(node => node.Executed.Contains(write))], turn) ?? InTurn(replicas, turn);
        var primary = topology.Primary is { } node && node.Endpoint != failed ? node : null;
        return new[] { replica, primary }.OfType<NodeStatus>();
    }

    private static List<NodeStatus> Replicas(ClusterTopology topology, NodeEndpoint? failed) =>
        [.. topology.Replicas.Where(replica => replica.Endpoint != failed)];

    private static NodeStatus? InTurn(List<NodeStatus> nodes, uint turn) =>
        nodes.Count > 0 ? nodes[(int)(turn % (uint)nodes.Count)] : null;
}
