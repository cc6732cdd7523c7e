using FooBar.Failover.Journal;
using FooBar.Failover.Leadership;
using FooBar.Failover.Observe;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FooBar.Failover.Api;

/// <summary><c>GET /cluster</c>: what the coordinator sees, remembers and last decided.</summary>
internal static class ClusterEndpoint
{
    public static IEndpointRouteBuilder MapCluster(this IEndpointRouteBuilder app)
    {
        app.MapGet("/cluster", Results<Ok<ClusterReport>, ProblemHttpResult> (ClusterStatus status, ILeadership leadership, IJournal journal) =>
            leadership.Leader is { } leader ? TypedResults.Problem($"{leader} leads and knows; this coordinator waits.", statusCode: 503)
            : status.Latest is { } latest ? TypedResults.Ok(Report(latest, journal.Place))
            : TypedResults.Problem("The coordinator has not completed its first look at the cluster yet; ask again in a second.", statusCode: 503));
        return app;
    }

    private static ClusterReport Report(ClusterStatus.Snapshot latest, string place) => new(
        latest.Seen.At,
        [.. latest.Seen.Nodes.Select(node => Report(node, latest))],
        new JournalReport(latest.Journal.Phase.ToString(), latest.Journal.Epoch, latest.Journal.Primary, [.. latest.Journal.InSync], latest.Journal.Paused, place),
        new DecisionReport(latest.Decision.Kind, latest.Decision.Reason, latest.Since, latest.Failure));

    private static NodeReport Report(NodeView node, ClusterStatus.Snapshot latest) => new(
        node.Name,
        Role(node, latest),
        node.Reachable,
        node.Error,
        node.Reachable ? node.Writable : null,
        node.Reachable ? node.OfflineMode : null,
        node.Epoch,
        node.Reachable ? node.Executed.ToString() : null,
        Lag(node)?.TotalSeconds,
        node.Reachable ? new SemiSyncReport(node.SemiSync.SourceActive, node.SemiSync.Clients, node.SemiSync.ReplicaActive) : null,
        node.Replication is { } replication
            ? new ReplicationReport($"{replication.SourceHost}:{replication.SourcePort}", replication.IoState, replication.ApplierRunning, replication.Tls, replication.Verified, replication.LastError)
            : null);

    private static string Role(NodeView node, ClusterStatus.Snapshot latest) =>
        latest.Journal.Primary is not { } primary ? "none" : node.Name == primary ? "primary" : "replica";

    private static TimeSpan? Lag(NodeView node) => node.Replication is not { } replication
        ? null
        : node.Executed.Contains(replication.Received) ? TimeSpan.Zero : replication.NewestReceivedAge;
}

/// <param name="ObservedAt">When the nodes were asked.</param>
/// <param name="Nodes">Each node as it answered.</param>
/// <param name="Journal">What the coordinator remembers.</param>
/// <param name="Decision">What it decided, and why.</param>
public sealed record ClusterReport(DateTimeOffset ObservedAt, IReadOnlyList<NodeReport> Nodes, JournalReport Journal, DecisionReport Decision);

/// <param name="Name">The node's name.</param>
/// <param name="Role"><c>primary</c>, <c>replica</c>, or <c>none</c> while the cluster is new.</param>
/// <param name="Reachable">Whether it answered in time.</param>
/// <param name="Error">Why it did not answer.</param>
/// <param name="Writable">Whether it takes writes.</param>
/// <param name="Offline">Whether it keeps applications out.</param>
/// <param name="Epoch">The epoch that its data belongs to.</param>
/// <param name="GtidExecuted">What it has executed.</param>
/// <param name="LagSeconds">How far a replica's data is behind what it received, in seconds; 0 when all is applied.</param>
/// <param name="SemiSync">Both halves of semi-synchronous replication.</param>
/// <param name="Replication">Where it replicates from, and how that goes.</param>
public sealed record NodeReport(
    string Name, string Role, bool Reachable, string? Error, bool? Writable, bool? Offline, long? Epoch, string? GtidExecuted,
    double? LagSeconds, SemiSyncReport? SemiSync, ReplicationReport? Replication);

/// <param name="SourceActive">Its commits wait for replicas.</param>
/// <param name="Clients">Replicas that acknowledge to it now.</param>
/// <param name="ReplicaActive">It acknowledges to its source.</param>
public sealed record SemiSyncReport(bool SourceActive, int Clients, bool ReplicaActive);

/// <param name="Source">Host and port that it replicates from.</param>
/// <param name="Receiving"><c>ON</c>, <c>OFF</c> or <c>CONNECTING</c>.</param>
/// <param name="Applying">Whether it applies what it received.</param>
/// <param name="Tls">Whether the connection to its source is encrypted.</param>
/// <param name="Verified">Whether it verifies its source's certificate and host name.</param>
/// <param name="LastError">The latest error of receiving or applying.</param>
public sealed record ReplicationReport(string Source, string Receiving, bool Applying, bool Tls, bool Verified, string? LastError);

/// <param name="Phase"><c>New</c>, <c>Bootstrapping</c>, <c>Serving</c> or <c>Promoting</c>.</param>
/// <param name="Epoch">Counts the primaries.</param>
/// <param name="Primary">The node that may take writes.</param>
/// <param name="InSync">Replicas that hold every acknowledged write.</param>
/// <param name="Paused">Whether an operator has stopped automatic failover.</param>
/// <param name="Place">Where it is kept.</param>
public sealed record JournalReport(string Phase, long Epoch, string? Primary, IReadOnlyList<string> InSync, bool Paused, string Place);

/// <param name="Kind">The decision's name.</param>
/// <param name="Reason">The decision in one sentence.</param>
/// <param name="Since">Since when it is decided so.</param>
/// <param name="Failure">Why carrying it out failed the last time.</param>
public sealed record DecisionReport(string Kind, string Reason, DateTimeOffset Since, string? Failure);
