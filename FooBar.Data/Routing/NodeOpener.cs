using FooBar.Data.Topology;
using Microsoft.Extensions.Options;

namespace FooBar.Data.Routing;

/// <summary>Connects to the node that fits, and while there is none, waits for one.</summary>
internal sealed class NodeOpener(DatabaseNodes nodes, TopologyBoard board, IOptions<DataOptions> options, TimeProvider clock)
{
    /// <summary>The pause before a node that could not be connected to is tried again.</summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    /// <param name="choose">The node that fits, given one that has failed and is better left alone for now.</param>
    /// <param name="writing">Whether only the primary will do.</param>
    /// <param name="failed">A node that has just failed.</param>
    /// <param name="wait">How long to wait.</param>
    /// <param name="unavailable">What to throw after that, from a reason and its cause.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<OpenedNode> OpenAsync(
        Func<ClusterTopology, NodeEndpoint?, NodeStatus?> choose, bool writing, NodeEndpoint? failed, TimeSpan wait,
        Func<string, Exception?, Exception> unavailable, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            // Another copy at once, else the first that comes: it may be the one that failed, recovered.
            var node = choose(board.Current, failed)
                ?? await board.WaitForAsync(topology => choose(topology, null), wait - clock.GetElapsedTime(start), cancellationToken)
                ?? throw unavailable(board.Current.Summary, null);
            try
            {
                return await ConnectAsync(node, writing, cancellationToken);
            }
            catch (Exception e) when (MySqlFailure.IsConnection(e) && !cancellationToken.IsCancellationRequested)
            {
                board.RequestRefresh();
                if (clock.GetElapsedTime(start) >= wait)
                {
                    throw unavailable($"{node.Name} cannot be connected to ({e.Message})", e);
                }
            }

            failed = node.Endpoint;
            await Task.Delay(RetryPause, clock, cancellationToken);
        }
    }

    public async Task<OpenedNode> ConnectAsync(NodeStatus node, bool writing, CancellationToken cancellationToken) =>
        new(node, await NodeConnection.OpenAsync(
            nodes[node.Endpoint], options.Value.OpenTimeLimit, clock, board.DismissalOf(node.Endpoint, writing), cancellationToken));
}

/// <summary>A connection, and what its node was when it was chosen.</summary>
internal sealed record OpenedNode(NodeStatus Node, NodeConnection Connection)
{
    /// <summary>Whether it lacks, or may lack, a write that the reader wanted to see.</summary>
    public bool IsBehind { get; init; }
}
