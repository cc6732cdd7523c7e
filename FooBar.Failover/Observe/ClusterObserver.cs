using FooBar.Failover.Decide;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace FooBar.Failover.Observe;

/// <summary>Probes all nodes at once, each within its time limit, and remembers since when what is missing is missing.</summary>
internal sealed class ClusterObserver(NodeProbe probe, IOptions<FailoverOptions> options, TimeProvider clock)
{
    private ClusterView? previous;

    public async Task<ClusterView> ObserveAsync(CancellationToken cancellationToken)
    {
        var views = await Task.WhenAll(options.Value.Nodes.Select(node => ViewAsync(node, cancellationToken)));
        var at = clock.GetUtcNow();
        previous = new ClusterView(at, [.. views.Select(view => WithHistory(view, previous?.Find(view.Name), at))]);
        return previous;
    }

    private async Task<NodeView> ViewAsync(string node, CancellationToken cancellationToken)
    {
        var limit = options.Value.ProbeTimeout;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            return await probe.ProbeAsync(node, timeout.Token).WaitAsync(timeout.Token);
        }
        catch (Exception e) when (e is MySqlException or OperationCanceledException or TimeoutException or IOException or FormatException
            && !cancellationToken.IsCancellationRequested)
        {
            return new NodeView(node) { Error = e is OperationCanceledException or TimeoutException ? $"no answer within {Sentence.Seconds(limit)}" : e.Message };
        }
    }

    private static NodeView WithHistory(NodeView view, NodeView? before, DateTimeOffset at) => view with
    {
        UnreachableSince = view.Reachable ? null : before?.UnreachableSince ?? at,
        NotStreamingSince = view.Streaming ? null : before?.NotStreamingSince ?? at,
    };
}
