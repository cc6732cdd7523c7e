using FooBar.Failover.Journal;
using FooBar.Failover.Observe;

namespace FooBar.Failover.Decide;

/// <summary>
/// The rules that keep acknowledged writes safe, as a pure function: the same view and the same journal give the same decision.
/// A decision is one step; the next cycle sees what became of it and decides the next.
/// </summary>
public static class FailoverRules
{
    public static Decision Decide(ClusterView seen, JournalEntry journal, FailoverOptions rules) => journal.Phase switch
    {
        JournalPhase.New => DecideNew(seen),
        JournalPhase.Bootstrapping => DecideBootstrapping(seen, journal),
        _ => DecideServing(seen, journal, rules),
    };

    private static Decision DecideNew(ClusterView seen)
    {
        if (seen.Nodes.FirstOrDefault(node => !node.Reachable) is { } silent)
        {
            return new Hold($"A new cluster starts when every node answers; {silent.Name} does not ({silent.Error}).");
        }

        if (seen.Nodes.FirstOrDefault(node => !node.Empty) is { } used)
        {
            return new Hold($"The journal is empty but {used.Name} holds data, and guessing who was primary could lose writes; "
                + "restore the journal, or remove the nodes' volumes to begin anew.");
        }

        return new Bootstrap(seen.Nodes[0].Name, $"All {seen.Nodes.Length} nodes answer and are empty; {seen.Nodes[0].Name} becomes the first primary.");
    }

    private static Decision DecideBootstrapping(ClusterView seen, JournalEntry journal)
    {
        if (seen.Find(journal.Primary) is not { } primary)
        {
            return Unknown(journal);
        }

        return primary.Reachable
            ? new Bootstrap(primary.Name, $"{primary.Name} was chosen as the first primary and is not prepared to the end yet.")
            : new Hold($"{primary.Name} is to be the first primary and does not answer ({primary.Error}).");
    }

    private static Decision DecideServing(ClusterView seen, JournalEntry journal, FailoverOptions rules)
    {
        if (seen.Find(journal.Primary) is not { } primary)
        {
            return Unknown(journal);
        }

        return FenceStrangers(seen, primary, journal)
            ?? HoldForPrimary(seen, primary, journal)
            ?? DegradeLost(seen, primary, journal, rules)
            ?? UnfencePrimary(seen, primary, journal)
            ?? AttachReplicas(seen, primary, rules)
            ?? HoldFenced(primary, journal)
            ?? SynchronizeReplicas(seen, primary, journal)
            ?? Summarize(seen, primary, journal);
    }

    private static Hold Unknown(JournalEntry journal) =>
        new($"The journal says that {journal.Primary} is primary, and Failover:Nodes does not name it; add it, or restore the right journal.");

    private static Fence? FenceStrangers(ClusterView seen, NodeView primary, JournalEntry journal) =>
        seen.Nodes.FirstOrDefault(node => node.Reachable && !node.SuperReadOnly && node.Name != primary.Name) is { } stranger
            ? new Fence(stranger.Name, $"{stranger.Name} takes writes, but in epoch {journal.Epoch} only {primary.Name} may.")
            : null;

    private static Hold? HoldForPrimary(ClusterView seen, NodeView primary, JournalEntry journal)
    {
        if (!primary.Reachable)
        {
            var readers = seen.Nodes.Where(node => node.Reachable).Select(node => node.Name).ToList();
            var reads = readers.Count == 0 ? "no node serves reads" : $"reads are served by {Sentence.List(readers)}";
            return new Hold($"The primary {primary.Name} does not answer ({primary.Error}); writes wait for it, {reads}, "
                + "and promotion is not automatic in this version.");
        }

        if (primary.Epoch != journal.Epoch)
        {
            var found = primary.Epoch is { } epoch ? $"data of epoch {epoch}" : "no data of this cluster";
            return new Hold($"The journal says that {primary.Name} is primary in epoch {journal.Epoch}, but it holds {found}; "
                + "restore its volume or the journal that belongs to it, or remove the journal and all volumes to begin anew.");
        }

        // A graceful stop goes offline first (rule 8). To lift that would let clients in again, whose commits the stop then
        // acknowledges though no replica has them.
        return primary.OfflineMode
            ? new Hold($"The primary {primary.Name} is offline: it is being stopped, or somebody set offline_mode; writes wait until it is back online or restarted.")
            : null;
    }

    // Also the case of a primary that takes writes without waiting although the journal promises it: what it acknowledged
    // meanwhile may be on no replica, so the promise goes first and is earned again.
    private static Degrade? DegradeLost(ClusterView seen, NodeView primary, JournalEntry journal, FailoverOptions rules)
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
                $"{behind.Name} did not receive what {primary.Name} came back with ({Trouble(behind)}); writes go on without it, and it cannot be promoted.");
        }

        var members = journal.InSync.Select(name => seen.Find(name)!).OrderBy(replica => replica.Streaming).ToList();
        return seen.At - primary.SemiSync.LackingSince >= limit || seen.At - primary.SemiSync.StalledSince >= limit
            ? new Degrade(primary.Name, members[0].Name,
                $"{members[0].Name} has not acknowledged writes for {Sentence.Seconds(limit)} ({Trouble(members[0])}); writes go on without it, and it cannot be promoted.")
            : null;
    }

    // A primary that comes back holds commits that were never acknowledged and shows them as if they had been: a client that
    // asks whether its write happened would be told yes. So the replicas that the journal counts on have to have them first.
    private static IEnumerable<NodeView> Behind(ClusterView seen, NodeView primary, JournalEntry journal) =>
        journal.InSync.Select(name => seen.Find(name)!).Where(replica => !replica.Reachable || !replica.Holds(primary.Executed));

    private static Hold? HoldFenced(NodeView primary, JournalEntry journal) => primary.Writable
        ? null
        : new Hold($"{primary.Name} stays fenced until {Sentence.List(journal.InSync)} holds all that it came back with.");

    private static Unfence? UnfencePrimary(ClusterView seen, NodeView primary, JournalEntry journal)
    {
        if (!primary.Writable && Behind(seen, primary, journal).Any())
        {
            return null;
        }

        var promise = journal.InSync.IsEmpty ? "writes wait for no replica" : $"writes wait for {Sentence.List(journal.InSync)}";
        if (!primary.Writable)
        {
            return new Unfence(primary.Name, journal.InSync.Count, $"{primary.Name} is fenced and is the primary of epoch {journal.Epoch}; it may take writes, and {promise}.");
        }

        return primary.SemiSync.SourceEnabled && primary.SemiSync.WaitFor > journal.InSync.Count
            ? new Unfence(primary.Name, journal.InSync.Count, $"{primary.Name} waits for more replicas than the journal counts on; from now on {promise}.")
            : null;
    }

    private static Decision? AttachReplicas(ClusterView seen, NodeView primary, FailoverOptions rules)
    {
        var idle = Replicas(seen, primary).Where(replica => replica.Reachable && !replica.Streaming && !Connecting(replica, primary, rules)).ToList();
        if (idle.FirstOrDefault(replica => primary.Lacks(replica).IsEmpty) is { } replica)
        {
            return new Attach(replica.Name, primary.Name, $"{replica.Name} does not replicate ({Trouble(replica)}) and holds nothing that {primary.Name} lacks; it is to replicate from it.");
        }

        return idle.FirstOrDefault() is { } errant
            ? new Hold($"{errant.Name} holds transactions that {primary.Name} never had ({primary.Lacks(errant)}); it stays out until it is copied anew from the primary.")
            : null;
    }

    private static bool Connecting(NodeView replica, NodeView primary, FailoverOptions rules) =>
        replica.Replication is { IoState: "CONNECTING", ApplierRunning: true } replication
        && replication.ReadsFrom(primary, rules.ReplicationCertificateAuthority);

    private static Synchronize? SynchronizeReplicas(ClusterView seen, NodeView primary, JournalEntry journal) =>
        Replicas(seen, primary).FirstOrDefault(replica => replica.Streaming && !journal.InSync.Contains(replica.Name)) is { } replica
            ? new Synchronize(primary.Name, replica.Name, $"{replica.Name} replicates from {primary.Name} but writes do not wait for it; they will once it holds everything.")
            : null;

    private static Decision Summarize(ClusterView seen, NodeView primary, JournalEntry journal)
    {
        var replicas = Replicas(seen, primary).ToList();
        if (replicas.FirstOrDefault(replica => !replica.Streaming) is { } missing)
        {
            return new Hold(journal.InSync.Contains(missing.Name)
                ? $"{primary.Name} is primary and waits for {missing.Name}, which does not acknowledge ({Trouble(missing)})."
                : $"{primary.Name} is primary and serves without {missing.Name} ({Trouble(missing)}).");
        }

        return new Steady(replicas.Count == 0
            ? $"{primary.Name} is primary in epoch {journal.Epoch} and has no replica."
            : $"{primary.Name} is primary in epoch {journal.Epoch}, {Sentence.List(replicas.Select(replica => replica.Name))} in sync.");
    }

    private static IEnumerable<NodeView> Replicas(ClusterView seen, NodeView primary) => seen.Nodes.Where(node => node.Name != primary.Name);

    private static string Trouble(NodeView node) => node switch
    {
        { Error: { } error } => error,
        { Replication: null } => "it is not set up as a replica",
        { Replication.LastError: { } error } => error,
        { Replication: { } replication } => $"receiving {replication.IoState}, applying {(replication.ApplierRunning ? "ON" : "OFF")}",
    };
}
