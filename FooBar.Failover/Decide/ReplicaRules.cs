using FooBar.Failover.Journal;
using FooBar.Failover.Observe;

namespace FooBar.Failover.Decide;

/// <summary>What becomes of the nodes that are not primary: attached, copied anew, taken into the journal's set, or left to an operator.</summary>
internal static class ReplicaRules
{
    /// <summary>How long a node that is being stopped may take to end: its program kills it after less.</summary>
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(40);

    /// <summary>What becomes of nodes that do not replicate.</summary>
    public static Decision? Attach(ClusterView seen, NodeView primary, JournalEntry journal, FailoverOptions rules)
    {
        var idle = Idle(seen, primary, journal, rules);
        return (Decision?)Attachable(idle, seen, primary) ?? Replace(idle, seen, primary, journal);
    }

    /// <summary>The same of one that has no error, and so is attached at once: others that may be so for good must not hold it up.</summary>
    public static Attach? AttachWell(ClusterView seen, NodeView primary, JournalEntry journal, FailoverOptions rules) =>
        Attachable(Idle(seen, primary, journal, rules).Where(replica => replica.Fenced && replica.Replication?.LastError is null), seen, primary);

    private static List<NodeView> Idle(ClusterView seen, NodeView primary, JournalEntry journal, FailoverOptions rules) => [.. FailoverRules.Replicas(seen, primary)
        .Where(replica => replica is { Reachable: true, Cloning: false } && !replica.StreamsFrom(primary) && !Connecting(replica, primary, rules) && !IsBeingStopped(seen, replica, journal))];

    // Made to replicate in that moment, it would be stopped in the middle of a transaction, and its server waits a minute for the rest of it.
    private static bool IsBeingStopped(ClusterView seen, NodeView node, JournalEntry journal) =>
        node.Reachable && node.OfflineMode && node.Name == journal.Left && !(seen.At - node.FencedSince > StopsWithin);

    private static Attach? Attachable(IEnumerable<NodeView> idle, ClusterView seen, NodeView primary) =>
        idle.FirstOrDefault(replica => primary.Lacks(replica).IsEmpty && primary.CannotSend(replica, seen.Nodes).IsEmpty) is { } replica
            ? new Attach(replica.Name, primary.Name, $"{replica.Name} does not replicate ({FailoverRules.Trouble(replica)}) and holds nothing that {primary.Name} lacks; it is to replicate from it.")
            : null;

    private static Clone? Replace(List<NodeView> idle, ClusterView seen, NodeView primary, JournalEntry journal) => idle.FirstOrDefault(node => !HoldsGivenUp(node, primary, journal)) switch
    {
        null => null,
        var old when primary.Lacks(old).IsEmpty => new Clone(old.Name, primary.Name, Errant: "",
            $"{old.Name} is empty or too old: it lacks transactions that {primary.Name} cannot send it ({primary.CannotSend(old, seen.Nodes)}); it is copied anew from {primary.Name}."),
        var errant => new Clone(errant.Name, primary.Name, primary.Lacks(errant).ToString(),
            $"{errant.Name} holds transactions that were never acknowledged and that {primary.Name} never had ({primary.Lacks(errant)}); they are recorded, and it is copied anew from {primary.Name}."),
    };

    /// <param name="seen">The nodes.</param>
    /// <param name="primary">The primary.</param>
    /// <param name="journal">What was decided before.</param>
    /// <param name="catchingUp">Also one that has not received everything yet, for which it takes longer.</param>
    public static Synchronize? Synchronize(ClusterView seen, NodeView primary, JournalEntry journal, bool catchingUp) => primary.Writable
        && FailoverRules.Replicas(seen, primary).Where(replica => replica.StreamsFrom(primary) && !replica.OfflineMode && !InPlace(replica, seen, journal))
            .Where(replica => catchingUp || (replica.Holds(primary.Executed) && replica.Epoch == journal.Epoch))
            .MinBy(replica => replica.Held.Subtract(replica.Executed).Count) is { } replica // what it received in haste it has to apply first
            ? new Synchronize(primary.Name, replica.Name, $"{replica.Name} replicates from {primary.Name} but writes do not wait for it; they will once it holds everything.")
            : null;

    /// <summary>What time or an operator has to mend.</summary>
    public static Hold? HoldFor(ClusterView seen, NodeView primary, JournalEntry journal) => FailoverRules.Replicas(seen, primary).Select(replica => replica switch
    {
        _ when IsBeingStopped(seen, replica, journal) => new Hold($"{primary.Name} is primary and serves without {replica.Name}, which is being stopped."),
        { Cloning: true } => new Hold($"{primary.Name} is primary and serves without {replica.Name}, whose data is being replaced by a copy of {primary.Name}'s."),
        _ when HoldsGivenUp(replica, primary, journal) => new Hold($"{replica.Name} holds transactions that were given up when {journal.Primary} was promoted anyway ({primary.Lacks(replica)}), acknowledged ones perhaps; "
            + $"{primary.Name} serves without it. Save what you need of them, then discard them ({replica.Name} is copied anew)."),
        _ when replica.Reachable && primary.NeverHad(replica) is { IsEmpty: false } errant => new Hold($"{replica.Name} replicates from {primary.Name} but holds transactions that {primary.Name} never had ({errant}), and whoever reads there may see them; "
            + $"somebody wrote to it by hand. Save what you need of them, then discard them ({replica.Name} is copied anew)."),
        _ => null,
    }).FirstOrDefault(hold => hold is not null);

    // Never acknowledged: so it is of whatever only a former primary has, unless an operator promoted a node that may have lacked writes.
    private static bool HoldsGivenUp(NodeView node, NodeView primary, JournalEntry journal) =>
        node.Reachable && !node.StreamsFrom(primary) && journal.GivenUp?.Contains(node.Name) == true && !primary.Lacks(node).IsEmpty;

    private static bool Connecting(NodeView replica, NodeView primary, FailoverOptions rules) =>
        replica.Replication is { IoState: "CONNECTING", ApplierRunning: true } replication
        && replication.ReadsFrom(primary, rules.ReplicationCertificateAuthority);

    // Of several replicas each acknowledges for one connection only, so that it cannot start again by itself once it is excluded.
    private static bool InPlace(NodeView replica, ClusterView seen, JournalEntry journal) => journal.InSync.Contains(replica.Name)
        && (!seen.SeveralReplicas || (replica.SemiSync is { ReplicaActive: true, ReplicaEnabled: false } && journal.Unsettled?.Contains(replica.Name) == false));
}
