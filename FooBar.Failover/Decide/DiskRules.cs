using FooBar.Failover.Journal;
using FooBar.Failover.Observe;

namespace FooBar.Failover.Decide;

/// <summary>
/// A primary whose disk is full answers every question and commits nothing, for at least a minute after there is room again. Taken
/// offline it ends by itself, if commits wait (<c>binlog_error_action=ABORT_SERVER</c>): nothing of these was acknowledged.
/// </summary>
internal static class DiskRules
{
    public static Switchover? Leave(ClusterView seen, NodeView primary, JournalEntry journal, FailoverOptions rules) =>
        primary is { Writable: true, DiskFull: true } && primary.Epoch == journal.Epoch && !journal.Paused
            && PromotionRules.NotBackYet(seen, journal, rules) is null
            && journal.InSync.Select(name => seen.Find(name)).FirstOrDefault(node => node is { Streaming: true, DiskFull: false }) is { } replica
            ? new Switchover(primary.Name, replica.Name, Leaving: false, $"The disk of the primary {primary.Name} is full and it can commit nothing; {replica.Name} is in sync and takes over.")
            : null;

    public static Hold? HoldFor(NodeView primary) => primary.DiskFull
        ? new Hold($"The disk of the primary {primary.Name} is full and it can commit nothing; make room there. Nobody takes over: no replica in sync has room, automatic failover is paused, or the node that was lost a short time ago is not back in sync.")
        : null;
}
