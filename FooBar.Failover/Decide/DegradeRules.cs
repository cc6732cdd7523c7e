using FooBar.Failover.Journal;
using FooBar.Failover.Observe;

namespace FooBar.Failover.Decide;

/// <summary>When writes go on without a replica that they used to wait for.</summary>
internal static class DegradeRules
{
    // Also the case of a primary that takes writes without waiting although the journal promises it: what it acknowledged
    // meanwhile may be on no replica, so the promise goes first and is earned again.
    public static Decision? Decide(ClusterView seen, NodeView primary, JournalEntry journal, FailoverOptions rules)
    {
        if (journal.InSync.IsEmpty)
        {
            return null;
        }

        var members = Sentence.List(journal.InSync);
        if (primary.Writable && (primary.SemiSync is not { SourceEnabled: true, SourceActive: true } || primary.SemiSync.WaitFor < journal.Acknowledgements))
        {
            return new Degrade(primary.Name, $"{primary.Name} takes writes without waiting for {members}; {members} counts as out of sync until it has caught up.");
        }

        if (journal.Witnesses.FirstOrDefault(name => seen.Find(name) is null) is { } gone)
        {
            return Without(seen, primary, journal, gone, $"{gone} is not part of the cluster any more");
        }

        // Every in-sync replica has applied the first transaction of its primary's epoch.
        if (journal.InSync.FirstOrDefault(name => seen.Find(name) is { Reachable: true } member && member.Epoch != journal.Epoch) is { } emptied)
        {
            return Without(seen, primary, journal, emptied, $"{emptied} does not hold the data of epoch {journal.Epoch} any more");
        }

        // A graceful stop goes offline first (docs/decisions/node-program.md): nobody need wait for acknowledgements that are about to end.
        if (primary.Writable && journal.InSync.FirstOrDefault(name => seen.Find(name) is { Reachable: true, OfflineMode: true }) is { } leaving
            && Others(seen, primary, journal, leaving).All(name => seen.Find(name)!.OfflineMode))
        {
            return new Degrade(primary.Name, $"{leaving} is offline, as before it is stopped; writes go on without it, and it cannot be promoted.");
        }

        var limit = rules.ReplicaLostAfter;
        var fencedFor = seen.At - primary.FencedSince;
        if (fencedFor is not null && Behind(seen, primary, journal) is { } behind && fencedFor >= ReturnsWithin(behind, rules))
        {
            return new Degrade(primary.Name,
                $"{members} did not receive what {primary.Name} came back with ({FailoverRules.Trouble(behind)}); writes go on without it, and it cannot be promoted.");
        }

        if (seen.At - primary.SemiSync.LackingSince >= limit || seen.At - primary.SemiSync.StalledSince >= limit)
        {
            var silent = journal.InSync.Select(name => seen.Find(name)!).OrderBy(replica => replica.Streaming).First();
            return new Degrade(primary.Name,
                $"{members} has not acknowledged writes for {Sentence.Seconds(limit)} ({FailoverRules.Trouble(silent)}); writes go on without it, and it cannot be promoted.");
        }

        // Writes go on anyway, but a promotion would have to wait for everybody whose acknowledgements count.
        return journal.InSync.Count > 1
            && journal.InSync.Select(name => seen.Find(name)!).FirstOrDefault(member => seen.At - member.SilentReplicaSince >= limit && MayGo(member, journal)) is { } lost
            && Others(seen, primary, journal, lost.Name).Any()
                ? Without(seen, primary, journal, lost.Name, $"{lost.Name} has not acknowledged writes for {Sentence.Seconds(limit)} ({FailoverRules.Trouble(lost)})")
                : null;
    }

    /// <summary>
    /// A primary that comes back holds commits that were never acknowledged and shows them as if they had been: a client that
    /// asks whether its write happened would be told yes. So a replica that the journal counts on has to have them first.
    /// </summary>
    /// <returns>The replica that is nearest to it; null when one has everything.</returns>
    public static NodeView? Behind(ClusterView seen, NodeView primary, JournalEntry journal)
    {
        var members = journal.InSync.Select(name => seen.Find(name)!).ToList();
        return members.Any(replica => replica.Reachable && replica.Holds(primary.Executed)) ? null : members.OrderByDescending(replica => replica.Streaming).FirstOrDefault();
    }

    // One that has not been seen since the coordinator started may be starting, like the primary, and receives all when it has.
    private static TimeSpan ReturnsWithin(NodeView replica, FailoverOptions rules) =>
        replica.Streaming ? rules.ReplicaLostAfter + rules.ActionTimeout
        : replica.NeverSeen && rules.StartGrace > rules.ReplicaLostAfter ? rules.StartGrace
        : rules.ReplicaLostAfter;

    private static Decision Without(ClusterView seen, NodeView primary, JournalEntry journal, string name, string why)
    {
        var others = Others(seen, primary, journal, name).ToList();
        return others.Count > 0
            ? new Exclude(primary.Name, name, $"{why}; writes are acknowledged by {Sentence.OneOf(others)}, and {name} cannot be promoted.")
            : new Degrade(primary.Name, $"{why}; writes go on without it, and it cannot be promoted.");
    }

    private static IEnumerable<string> Others(ClusterView seen, NodeView primary, JournalEntry journal, string name) =>
        journal.InSync.Where(other => other != name && primary.Writable && seen.Find(other)?.AcknowledgesTo(primary) == true);

    // Nobody can keep a replica that is out of reach and not settled from acknowledging again.
    private static bool MayGo(NodeView member, JournalEntry journal) => journal.Unsettled?.Contains(member.Name) == false;
}
