using FooBar.Failover.Journal;
using FooBar.Failover.Observe;

namespace FooBar.Failover.Decide;

/// <summary>
/// A primary that is well and that the site does not reach. Every process of the site asks every node twice a second who it is, so the
/// nodes know: a host that has gone on talking to a replica and stopped talking to the primary reaches the one and not the other.
/// See docs/decisions/site-heard.md.
/// </summary>
internal static class SiteRules
{
    /// <summary>How long the site must have reached the node that was left last before the role moves again within the window.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    public static Switchover? Follow(ClusterView seen, NodeView primary, JournalEntry journal, FailoverOptions rules)
    {
        var silence = primary.AnsweredAt - primary.Site.Values.Select(sign => sign.HeardAt).DefaultIfEmpty(DateTimeOffset.MaxValue).Max();
        if (rules.SiteSilentAfter == TimeSpan.Zero || silence < rules.SiteSilentAfter || !primary.Writable || primary.Epoch != journal.Epoch
            || journal.Paused || (seen.At - journal.FollowedSiteAt < rules.FailoverWindow && !HasSettled(seen.Find(journal.Former))))
        {
            return null;
        }

        var lost = primary.Site.Where(host => host.Value.Lasted >= rules.SiteSilentAfter && host.Value.HeardAt > primary.WritableSince).ToList();
        return journal.InSync.Select(name => seen.Find(name)).FirstOrDefault(node => node is { Streaming: true, OfflineMode: false } && lost.Any(host => StillHears(node, host.Key, host.Value))) is { } replica
            ? new Switchover(primary.Name, replica.Name, Leaving: false,
                $"The site reaches {replica.Name} and has not reached the primary {primary.Name} for {Sentence.Seconds(rules.SiteSilentAfter)}; {replica.Name} is in sync and takes over.")
            { FollowsSite = true }
            : null;
    }

    // A network that comes and goes must not make the role do the same.
    private static bool HasSettled(NodeView? former) => former is { Reachable: true }
        && former.Site.Values.Any(sign => former.AnsweredAt - sign.HeardAt <= SiteSign.Pause && sign.Lasted >= Settled);

    private static bool StillHears(NodeView replica, string host, SiteSign byPrimary) => replica.Site.TryGetValue(host, out var sign)
        && replica.AnsweredAt - sign.HeardAt <= SiteSign.Pause && sign.Since <= byPrimary.HeardAt;
}
