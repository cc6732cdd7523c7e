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
        _ when seen.Nodes.FirstOrDefault(node => node.Epoch > journal.Epoch) is { } newer => TooOld(newer, journal),
        JournalPhase.Bootstrapping => DecideBootstrapping(seen, journal),
        JournalPhase.Promoting => PromotionRules.Finish(seen, journal),
        _ => DecideServing(seen, journal, rules),
    };

    // The journal speaks first, so no data is ever newer. What an older one says of the primary and of who holds everything is wrong.
    private static Hold TooOld(NodeView node, JournalEntry journal) =>
        new($"{node.Name} holds data of epoch {node.Epoch} and the journal ends in epoch {journal.Epoch}: it is older than the data, so nothing is changed; see docs/runbooks/journal-lost.md.");

    private static Decision DecideNew(ClusterView seen)
    {
        if (seen.Nodes.FirstOrDefault(node => !node.Reachable) is { } silent)
        {
            return new Hold($"A new cluster starts when every node answers; {silent.Name} does not ({silent.Error}).");
        }

        if (seen.Nodes.FirstOrDefault(node => !node.Empty) is { } used)
        {
            return new Hold($"The journal is empty but {used.Name} holds data, and guessing who was primary could lose writes; "
                + "see docs/runbooks/journal-lost.md, or remove the nodes' volumes to begin anew.");
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
            ?? PromotionRules.Decide(seen, primary, journal, rules)
            ?? SwitchoverRules.Continue(seen, primary, journal)
            ?? SwitchoverRules.Leave(seen, primary, journal)
            ?? DiskRules.Leave(seen, primary, journal, rules)
            ?? SiteRules.Follow(seen, primary, journal, rules)
            ?? HoldForPrimary(primary, journal)
            ?? HoldForLost(seen, primary, journal)
            ?? Offline(seen, primary, journal, rules)
            ?? WidenCluster(seen, primary, journal)
            ?? DegradeRules.Decide(seen, primary, journal, rules)
            ?? UnfencePrimary(seen, primary, journal)
            ?? ReplicaRules.AttachWell(seen, primary, journal, rules)
            ?? ReplicaRules.Synchronize(seen, primary, journal, catchingUp: false)
            ?? FenceOffline(seen, primary, journal)
            ?? ReplicaRules.Attach(seen, primary, journal, rules)
            ?? ReplicaRules.Synchronize(seen, primary, journal, catchingUp: true)
            ?? HoldFenced(primary, journal)
            ?? DiskRules.HoldFor(primary)
            ?? ReplicaRules.HoldFor(seen, primary, journal)
            ?? Summarize(seen, primary, journal);
    }

    internal static Hold Unknown(JournalEntry journal) =>
        new($"The journal says that {journal.Primary} is primary, and Failover:Nodes does not name it; add it, or restore the right journal.");

    internal static Fence? FenceStrangers(ClusterView seen, NodeView primary, JournalEntry journal) =>
        seen.Nodes.FirstOrDefault(node => node.Writable && node.Name != primary.Name) is { } stranger
            ? new Fence(stranger.Name, stranger.StreamsFrom(primary), $"{stranger.Name} takes writes, but in epoch {journal.Epoch} only {primary.Name} may.")
            : null;

    // A fence that did not come to its end: no client is let in, and a node that cannot be fenced any further must not hold up the others.
    private static Fence? FenceOffline(ClusterView seen, NodeView primary, JournalEntry journal) =>
        seen.Nodes.FirstOrDefault(node => node.Reachable && !node.Fenced && node.Name != primary.Name) is { } stranger
            ? new Fence(stranger.Name, stranger.StreamsFrom(primary), $"{stranger.Name} is offline and would take writes if it were not, but in epoch {journal.Epoch} only {primary.Name} may.")
            : null;

    private static Hold? HoldForPrimary(NodeView primary, JournalEntry journal)
    {
        if (primary.Epoch == journal.Epoch)
        {
            return null;
        }

        var found = primary.Epoch is { } epoch ? $"data of epoch {epoch}" : "no data of this cluster";
        return new Hold($"The journal says that {primary.Name} is primary in epoch {journal.Epoch}, but it holds {found}; "
            + "restore its volume or the journal that belongs to it (docs/runbooks/journal-lost.md), or remove the journal and all volumes to begin anew.");
    }

    // What a replica gets is on the primary's disk before, and at rest the primary has committed all that is there. If a replica has a
    // transaction of the primary's making that the primary lacks, the disk lied, or the volume is an older copy. It must not take
    // writes, which would get the numbers of those that it lost, nor may the replica's data be replaced.
    private static Hold? HoldForLost(ClusterView seen, NodeView primary, JournalEntry journal) => primary is { Writable: false, SemiSync.WaitingCommits: 0 }
        && Replicas(seen, primary).FirstOrDefault(node => node.Reachable && node.Epoch == journal.Epoch && !primary.HasLost(node).IsEmpty) is { } replica
            ? new Hold($"{primary.Name} has lost transactions that {replica.Name} has from it ({primary.HasLost(replica)}): its disk lost them, or its volume is an older copy; "
                + (journal.InSync.Contains(replica.Name) ? $"stop it, and {replica.Name} takes over." : $"stop it and promote {replica.Name} (docs/runbooks/it-says-hold.md)."))
            : null;

    // A graceful stop goes offline first (docs/decisions/node-program.md). To lift that would let clients in again, whose commits the stop then acknowledges
    // though no replica has them. But a replica that comes back may get what the primary has, and take over.
    private static Decision? Offline(ClusterView seen, NodeView primary, JournalEntry journal, FailoverOptions rules) => !primary.OfflineMode
        ? null
        : ReplicaRules.Attach(seen, primary, journal, rules) as Attach as Decision
            ?? new Hold($"The primary {primary.Name} is offline: it is being stopped, or somebody set offline_mode; writes wait until it is back online or restarted.");

    private static Widen? WidenCluster(ClusterView seen, NodeView primary, JournalEntry journal) => seen.SeveralReplicas && journal.Unsettled is null
        ? new Widen($"{primary.Name} has several replicas; until each is settled, only all of them together hold every acknowledged write.")
        : null;

    private static Hold? HoldFenced(NodeView primary, JournalEntry journal) => primary.Writable
        ? null
        : new Hold($"{primary.Name} stays fenced until {Sentence.OneOf(journal.InSync)} holds all that it came back with.");

    private static Unfence? UnfencePrimary(ClusterView seen, NodeView primary, JournalEntry journal)
    {
        if (!primary.Writable && DegradeRules.Behind(seen, primary, journal) is not null)
        {
            return null;
        }

        var promise = journal.InSync.IsEmpty ? "writes wait for no replica" : $"writes wait for {Sentence.OneOf(journal.InSync)}";
        if (!primary.Writable)
        {
            return new Unfence(primary.Name, journal.Acknowledgements, $"{primary.Name} is fenced and is the primary of epoch {journal.Epoch}; it may take writes, and {promise}.");
        }

        return primary.SemiSync.SourceEnabled && primary.SemiSync.WaitFor > journal.Acknowledgements
            ? new Unfence(primary.Name, journal.Acknowledgements, $"{primary.Name} waits for more replicas than the journal counts on; from now on {promise}.")
            : null;
    }

    private static Decision Summarize(ClusterView seen, NodeView primary, JournalEntry journal)
    {
        var replicas = Replicas(seen, primary).ToList();
        if (replicas.FirstOrDefault(replica => !replica.StreamsFrom(primary) || replica.OfflineMode) is { } missing)
        {
            return new Hold(journal.InSync.Count == 1 && journal.InSync.Contains(missing.Name)
                ? $"{primary.Name} is primary and waits for {missing.Name}, which does not acknowledge ({Trouble(missing)})."
                : $"{primary.Name} is primary and serves without {missing.Name} ({Trouble(missing)}).");
        }

        return new Steady(replicas.Count == 0
            ? $"{primary.Name} is primary in epoch {journal.Epoch} and has no replica."
            : $"{primary.Name} is primary in epoch {journal.Epoch}, {Sentence.List(replicas.Select(replica => replica.Name))} in sync.");
    }

    internal static IEnumerable<NodeView> Replicas(ClusterView seen, NodeView primary) => seen.Nodes.Where(node => node.Name != primary.Name);

    internal static string Trouble(NodeView node) => node switch
    {
        { Error: { } error } => error,
        { Replication: null } => "it is not set up as a replica",
        { Replication.LastError: { } error } => error,
        { OfflineMode: true, Streaming: true } => "it is offline: it is being stopped, or somebody set offline_mode",
        { Replication: { } replication } => $"receiving {replication.IoState}, applying {(replication.ApplierRunning ? "ON" : "OFF")}",
    };
}
