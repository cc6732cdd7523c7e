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
        JournalPhase.Promoting => PromotionRules.Finish(seen, journal),
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
            ?? PromotionRules.Decide(seen, primary, journal, rules)
            ?? SwitchoverRules.Continue(seen, primary, journal)
            ?? SwitchoverRules.Leave(seen, primary, journal)
            ?? HoldForPrimary(primary, journal)
            ?? WidenCluster(seen, primary, journal)
            ?? DegradeRules.Decide(seen, primary, journal, rules)
            ?? UnfencePrimary(seen, primary, journal)
            ?? AttachReplicas(seen, primary, rules)
            ?? HoldFenced(primary, journal)
            ?? SynchronizeReplicas(seen, primary, journal)
            ?? HoldForCopy(seen, primary)
            ?? Summarize(seen, primary, journal);
    }

    internal static Hold Unknown(JournalEntry journal) =>
        new($"The journal says that {journal.Primary} is primary, and Failover:Nodes does not name it; add it, or restore the right journal.");

    internal static Fence? FenceStrangers(ClusterView seen, NodeView primary, JournalEntry journal) =>
        seen.Nodes.FirstOrDefault(node => node.Reachable && !node.Fenced && node.Name != primary.Name) is { } stranger
            ? new Fence(stranger.Name, $"{stranger.Name} takes writes, but in epoch {journal.Epoch} only {primary.Name} may.")
            : null;

    private static Hold? HoldForPrimary(NodeView primary, JournalEntry journal)
    {
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

    private static Decision? AttachReplicas(ClusterView seen, NodeView primary, FailoverOptions rules)
    {
        var idle = Replicas(seen, primary)
            .Where(replica => replica is { Reachable: true, Cloning: false } && !replica.StreamsFrom(primary) && !Connecting(replica, primary, rules)).ToList();
        if (idle.FirstOrDefault(replica => primary.Lacks(replica).IsEmpty && primary.CannotSend(replica).IsEmpty) is { } replica)
        {
            return new Attach(replica.Name, primary.Name, $"{replica.Name} does not replicate ({Trouble(replica)}) and holds nothing that {primary.Name} lacks; it is to replicate from it.");
        }

        return idle.FirstOrDefault() switch
        {
            null => null,
            var old when primary.Lacks(old).IsEmpty => new Clone(old.Name, primary.Name, Errant: "",
                $"{old.Name} is empty or too old: it lacks transactions that {primary.Name} cannot send it ({primary.CannotSend(old)}); it is copied anew from {primary.Name}."),
            var errant => new Clone(errant.Name, primary.Name, primary.Lacks(errant).ToString(),
                $"{errant.Name} holds transactions that were never acknowledged and that {primary.Name} never had ({primary.Lacks(errant)}); they are recorded, and it is copied anew from {primary.Name}."),
        };
    }

    private static bool Connecting(NodeView replica, NodeView primary, FailoverOptions rules) =>
        replica.Replication is { IoState: "CONNECTING", ApplierRunning: true } replication
        && replication.ReadsFrom(primary, rules.ReplicationCertificateAuthority);

    private static Hold? HoldForCopy(ClusterView seen, NodeView primary) => Replicas(seen, primary).FirstOrDefault(replica => replica.Cloning) is { } copied
        ? new Hold($"{primary.Name} is primary and serves without {copied.Name}, whose data is being replaced by a copy of {primary.Name}'s.")
        : null;

    private static Synchronize? SynchronizeReplicas(ClusterView seen, NodeView primary, JournalEntry journal) =>
        Replicas(seen, primary).Where(replica => replica.StreamsFrom(primary)).FirstOrDefault(replica => !InPlace(replica, seen, journal)) is { } replica
            ? new Synchronize(primary.Name, replica.Name, $"{replica.Name} replicates from {primary.Name} but writes do not wait for it; they will once it holds everything.")
            : null;

    // Of several replicas each acknowledges for one connection only, so that it cannot start again by itself once it is excluded.
    private static bool InPlace(NodeView replica, ClusterView seen, JournalEntry journal) => journal.InSync.Contains(replica.Name)
        && (!seen.SeveralReplicas || (replica.SemiSync is { ReplicaActive: true, ReplicaEnabled: false } && journal.Unsettled?.Contains(replica.Name) == false));

    private static Decision Summarize(ClusterView seen, NodeView primary, JournalEntry journal)
    {
        var replicas = Replicas(seen, primary).ToList();
        if (replicas.FirstOrDefault(replica => !replica.StreamsFrom(primary)) is { } missing)
        {
            return new Hold(journal.InSync.Count == 1 && journal.InSync.Contains(missing.Name)
                ? $"{primary.Name} is primary and waits for {missing.Name}, which does not acknowledge ({Trouble(missing)})."
                : $"{primary.Name} is primary and serves without {missing.Name} ({Trouble(missing)}).");
        }

        return new Steady(replicas.Count == 0
            ? $"{primary.Name} is primary in epoch {journal.Epoch} and has no replica."
            : $"{primary.Name} is primary in epoch {journal.Epoch}, {Sentence.List(replicas.Select(replica => replica.Name))} in sync.");
    }

    private static IEnumerable<NodeView> Replicas(ClusterView seen, NodeView primary) => seen.Nodes.Where(node => node.Name != primary.Name);

    internal static string Trouble(NodeView node) => node switch
    {
        { Error: { } error } => error,
        { Replication: null } => "it is not set up as a replica",
        { Replication.LastError: { } error } => error,
        { Replication: { } replication } => $"receiving {replication.IoState}, applying {(replication.ApplierRunning ? "ON" : "OFF")}",
    };
}
