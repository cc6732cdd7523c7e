using System.Collections.Immutable;

namespace FooBar.Failover.Observe;

/// <summary>Since when what is missing on a node is missing, from one look at it to the next. Pure.</summary>
internal static class NodeHistory
{
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

    /// <summary>
    /// A node that restarts comes back fenced and begins with no history: what was missing before is not the replicas' fault. A
    /// question without an answer tells nothing: it does not end what was missing, but commits may have stood still because the primary did.
    /// </summary>
    /// <param name="view">What the node says now.</param>
    /// <param name="before">What it said the last time; null when it was not asked before.</param>
    /// <param name="at">Now.</param>
    public static NodeView Continue(NodeView view, NodeView? before, DateTimeOffset at) => !view.Reachable
        ? view with
        {
            SilentSince = before?.SilentSince ?? at,
            SilentReplicaSince = before?.SilentReplicaSince ?? at,
            NeverSeen = before?.NeverSeen ?? true,
            ServerUuid = before?.ServerUuid ?? view.ServerUuid,
            WasOffline = before is { Reachable: true } ? before.OfflineMode : before?.WasOffline == true,
            WritableSince = before?.WritableSince,
            Site = before?.Site ?? view.Site,
            SemiSync = view.SemiSync with { LackingSince = before?.SemiSync.LackingSince },
        }
        : view with
        {
            WritableSince = view.Writable ? before?.WritableSince ?? view.AnsweredAt : null,
            Site = Site(view, before),
            FencedSince = view.Writable ? null : before?.FencedSince ?? view.AnsweredAt,
            SilentReplicaSince = view.Streaming && view.SemiSync.ReplicaActive ? null : before?.SilentReplicaSince ?? view.AnsweredAt,
            SemiSync = view.SemiSync with
            {
                LackingSince = view.Writable && view.SemiSync.Lacking ? before?.SemiSync.LackingSince ?? view.AnsweredAt : null,
                StalledSince = view.Writable ? StalledSince(view.SemiSync, before) : null,
            },
        };

    private static ImmutableDictionary<string, SiteSign> Site(NodeView view, NodeView? before)
    {
        var site = (before ?? view).Site;
        foreach (var (host, silence) in view.SiteSilence)
        {
            var heardAt = view.AnsweredAt - silence;
            site = site.SetItem(host, site.TryGetValue(host, out var last) && heardAt - last.HeardAt <= SiteSign.Pause
                ? last with { HeardAt = heardAt > last.HeardAt ? heardAt : last.HeardAt }
                : new SiteSign(heardAt, heardAt));
        }

        return site.RemoveRange(site.Where(host => view.AnsweredAt - host.Value.HeardAt > Forgotten).Select(host => host.Key));
    }

    // Commits waited at both answers and none was acknowledged in between: those that waited at the first one still do.
    private static DateTimeOffset? StalledSince(SemiSyncView now, NodeView? before) =>
        before is { Reachable: true, SemiSync: { WaitingCommits: > 0 } then } && now.WaitingCommits > 0 && now.Acknowledged == then.Acknowledged
            ? then.StalledSince ?? before.AnsweredAt
            : null;
}
