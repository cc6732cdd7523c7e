using FooBar.Failover.Act;
using FooBar.Failover.Decide;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace FooBar.Failover.Observe;

/// <summary>Probes all nodes at once, each within its time limit, and remembers since when what is missing is missing.</summary>
internal sealed class ClusterObserver(NodeProbe probe, IOptions<FailoverOptions> options, TimeProvider clock)
{
    private ClusterLook? look;
    private ClusterView? previous;

    public async Task<ClusterView> ObserveAsync(CancellationToken cancellationToken)
    {
        look ??= new ClusterLook(ViewAsync, options.Value.ProbeTimeout, clock);
        var views = await look.AtAsync(options.Value.Nodes, previous, cancellationToken);
        var at = clock.GetUtcNow();
        previous = new ClusterView(at, [.. views.Select(view => NodeHistory.Continue(view, previous?.Find(view.Name), at))]);
        return previous;
    }

    /// <summary>A node as it was seen last; null before that.</summary>
    public NodeView? Latest(string node) => previous?.Find(node);

    /// <summary>What one node says now; a node that does not answer in time is unreachable, with the reason.</summary>
    public Task<NodeView> ViewAsync(string node, CancellationToken cancellationToken) => ViewAsync(node, options.Value.ProbeTimeout, cancellationToken);

    /// <param name="node">The node.</param>
    /// <param name="limit">How long it has to answer.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<NodeView> ViewAsync(string node, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            return await probe.ProbeAsync(node, timeout.Token).WaitAsync(timeout.Token) with { AnsweredAt = clock.GetUtcNow() };
        }
        catch (Exception e) when (e is MySqlException or ActionException or OperationCanceledException or TimeoutException or IOException or FormatException
            && !cancellationToken.IsCancellationRequested)
        {
            return new NodeView(node) { Error = Describe(e, limit) };
        }
    }

    // The connector words one and the same failure in several ways; a decision is the same only if its sentence is.
    private static string Describe(Exception e, TimeSpan limit) => e switch
    {
        OperationCanceledException or TimeoutException => $"no answer within {Sentence.Seconds(limit)}",
        MySqlException { ErrorCode: MySqlErrorCode.UnableToConnectToHost } => "no connection",
        _ => e.Message,
    };
}
