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
        if (!copy.AcceptsReplica)
        {
            return primary;
        }

        var replicas = topology.Replicas.Where(replica => replica.Endpoint != failed).ToList();
        return replicas.Count > 0 ? replicas[(int)(turn % (uint)replicas.Count)] : primary;
    }
}
