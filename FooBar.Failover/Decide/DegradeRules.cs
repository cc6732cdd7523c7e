using FooBar.Failover.Journal;
using FooBar.Failover.Observe;

namespace FooBar.Failover.Decide;

/// <summary>When writes go on without a replica that they used to wait for.</summary>
internal static class DegradeRules
{
    // Also the case of a primary that takes writes without waiting although the journal promises it: what it acknowledged
    // meanwhile may be on no replica, so the promise goes first and is earned again.
    public static Degrade? Decide(ClusterView seen, NodeView primary, JournalEntry journal, FailoverOptions rules)
    {
        if (journal.InSync.IsEmpty)
        {
            return null;
        }

        if (primary.Writable && (primary.SemiSync is not { SourceEnabled: true, SourceActive: true } || primary.SemiSync.WaitFor < journal.InSync.Count))
        {
            var unpromised = journal.InSync[0];
            return new Degrade(primary.Name, unpromised, $"{primary.Name} takes writes without waiting for {unpromised}; {unpromised} counts as out of sync until it has caught up.");
        }

        if (journal.InSync.FirstOrDefault(name => seen.Find(name) is null) is { } gone)
        {
            return new Degrade(primary.Name, gone, $"{gone} is not part of the cluster any more; writes go on without it.");
        }

        // Every in-sync replica has applied the first transaction of its primary's epoch.
        if (journal.InSync.FirstOrDefault(name => seen.Find(name) is { Reachable: true } member && member.Epoch != journal.Epoch) is { } emptied)
        {
            return new Degrade(primary.Name, emptied, $"{emptied} does not hold the data of epoch {journal.Epoch} any more; writes go on without it, and it cannot be promoted.");
        }

        var limit = rules.ReplicaLostAfter;
        var fencedFor = seen.At - primary.FencedSince;
        if (Behind(seen, primary, journal).FirstOrDefault(replica => fencedFor >= (replica.Streaming ? limit + rules.ActionTimeout : limit)) is { } behind)
        {
            return new Degrade(primary.Name, behind.Name,
                $"{behind.Name} did not receive what {primary.Name} came back with ({FailoverRules.Trouble(behind)}); writes go on without it, and it cannot be promoted.");
        }

        var members = journal.InSync.Select(name => seen.Find(name)!).OrderBy(replica => replica.Streaming).ToList();
        return seen.At - primary.SemiSync.LackingSince >= limit || seen.At - primary.SemiSync.StalledSince >= limit
            ? new Degrade(primary.Name, members[0].Name,
                $"{members[0].Name} has not acknowledged writes for {Sentence.Seconds(limit)} ({FailoverRules.Trouble(members[0])}); writes go on without it, and it cannot be promoted.")
            : null;
    }

    // A primary that comes back holds commits that were never acknowledged and shows them as if they had been: a client that
    // asks whether its write happened would be told yes. So the replicas that the journal counts on have to have them first.
    public static IEnumerable<NodeView> Behind(ClusterView seen, NodeView primary, JournalEntry journal) =>
        journal.InSync.Select(name => seen.Find(name)!).Where(replica => !replica.Reachable || !replica.Holds(primary.Executed));
}
