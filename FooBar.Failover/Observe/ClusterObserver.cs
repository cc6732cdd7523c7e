using FooBar.Failover.Act;
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

    /// <summary>What one node says now; a node that does not answer in time is unreachable, with the reason.</summary>
    public async Task<NodeView> ViewAsync(string node, CancellationToken cancellationToken)
    {
        var limit = options.Value.ProbeTimeout;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            return await probe.ProbeAsync(node, timeout.Token).WaitAsync(timeout.Token);
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

    // A node that restarts comes back fenced and begins with no history: what was missing before is not the replicas' fault.
    // A probe that was missed tells nothing, so it ends no history either.
    private static NodeView WithHistory(NodeView view, NodeView? before, DateTimeOffset at) => !view.Reachable
        ? view with
        {
            SilentSince = before?.SilentSince ?? at,
            SilentReplicaSince = before?.SilentReplicaSince ?? at,
            NeverSeen = before?.NeverSeen ?? true,
            SemiSync = view.SemiSync with { LackingSince = before?.SemiSync.LackingSince, StalledSince = before?.SemiSync.StalledSince },
        }
        : view with
        {
            FencedSince = view.Writable ? null : before?.FencedSince ?? at,
            SilentReplicaSince = view.Streaming && view.SemiSync.ReplicaActive ? null : before?.SilentReplicaSince ?? at,
            SemiSync = view.SemiSync with
            {
                LackingSince = view.Writable && view.SemiSync.Lacking ? before?.SemiSync.LackingSince ?? at : null,
                StalledSince = view.Writable && Stalled(view.SemiSync, before?.SemiSync) ? before!.SemiSync.StalledSince ?? at : null,
            },
        };

    private static bool Stalled(SemiSyncView now, SemiSyncView? before) =>
        before is { WaitingCommits: > 0 } && now.WaitingCommits > 0 && now.Acknowledged == before.Acknowledged;
}
