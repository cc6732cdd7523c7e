using FooBar.Failover.Journal;
using FooBar.Failover.Observe;

namespace FooBar.Failover.Decide;

/// <summary>
/// When a replica takes over from a primary that is lost. The coordinator alone cannot tell a lost primary from one that it
/// cannot reach: the replicas are asked whether they still hear it (Orchestrator calls that holistic detection).
/// </summary>
internal static class PromotionRules
{
    public static Decision? Decide(ClusterView seen, NodeView primary, JournalEntry journal, FailoverOptions rules)
    {
        if (primary.Reachable)
        {
            return primary.Epoch == journal.Epoch ? null : Replace(seen, primary, journal);
        }

        // One that is being stopped serves no client any more, and its server may take long to end: replicas hear it until then.
        if (!primary.WasOffline && seen.Nodes.FirstOrDefault(node => node.Reachable && node.Replication?.Hears(rules.SourceSilentAfter) == true && !FollowsAnother(seen, node)) is { } witness)
        {
            return new Hold($"The primary {primary.Name} does not answer the coordinator ({primary.Error}), but {witness.Name} still hears it: it is overloaded or out of the coordinator's reach, and goes on.");
        }

        // A replica that has heard it since it was started itself knows that it is not starting with all the others, but gone.
        var missed = seen.Nodes.Any(node => node.Reachable && node.Replication?.Silence is not null && !FollowsAnother(seen, node));
        if (primary.NeverSeen && !missed && seen.At - primary.SilentSince < rules.StartGrace)
        {
            return new Hold($"The primary {primary.Name} has not answered yet ({primary.Error}); it has {Sentence.Seconds(rules.StartGrace)} to start.");
        }

        if (journal.InSync.IsEmpty)
        {
            return new Hold($"The primary {primary.Name} does not answer ({primary.Error}), and no replica is known to hold everything that it acknowledged; "
                + $"writes wait for it, {Reads(seen)}.");
        }

        if (Missing(seen, journal) is { Count: > 0 } missing)
        {
            return new Hold(journal.Witnesses.Count == 1
                ? $"The primary {primary.Name} does not answer ({primary.Error}), nor does {missing[0]}, which alone may take over; writes wait for either, {Reads(seen)}."
                : $"The primary {primary.Name} does not answer ({primary.Error}), nor does {Sentence.List(missing)}, which may hold acknowledged writes that nobody else has; writes wait for either, {Reads(seen)}.");
        }

        if (Complete(seen, journal) is not { } candidate)
        {
            return new Hold($"The primary {primary.Name} does not answer ({primary.Error}), and none of {Sentence.List(journal.Witnesses)} holds all that the others have; "
                + $"writes wait for it, {Reads(seen)}.");
        }

        if (journal.Paused)
        {
            return new Hold($"The primary {primary.Name} does not answer ({primary.Error}) and {candidate.Name} could take over, but automatic failover is paused; resume it, or promote {candidate.Name}.");
        }

        if (NotBackYet(seen, journal, rules) is { } former)
        {
            return new Hold($"The primary {primary.Name} does not answer ({primary.Error}), but the last failover was less than {Sentence.Seconds(rules.FailoverWindow)} ago and {former}, which was lost then, is not back in sync; "
                + $"writes wait for it, or promote {candidate.Name}.");
        }

        return new Promote(candidate.Name, primary.Name, journal.Epoch + 1, AcceptsLoss: false,
            $"The primary {primary.Name} does not answer ({primary.Error}) and {(primary.WasOffline ? "was offline before, as before it is stopped" : "no replica hears it")}; {candidate.Name} holds every acknowledged write and becomes primary in epoch {journal.Epoch + 1}.");
    }

    // A primary that answers without the data of its epoch has lost it, and is lost as one that is silent.
    private static Decision? Replace(ClusterView seen, NodeView primary, JournalEntry journal) =>
        journal.InSync.IsEmpty || Missing(seen, journal).Count > 0 || Complete(seen, journal) is not { } candidate ? null
            : journal.Paused ? new Hold($"The primary {primary.Name} has lost its data and {candidate.Name} could take over, but automatic failover is paused; resume it, or promote {candidate.Name}.")
            : new Promote(candidate.Name, primary.Name, journal.Epoch + 1, AcceptsLoss: false,
                $"The primary {primary.Name} has lost its data; {candidate.Name} holds every acknowledged write and becomes primary in epoch {journal.Epoch + 1}.");

    /// <summary>A promotion that was begun is ended: its primary may have taken writes already, so nobody else may.</summary>
    public static Decision Finish(ClusterView seen, JournalEntry journal)
    {
        if (seen.Find(journal.Primary) is not { } candidate)
        {
            return FailoverRules.Unknown(journal);
        }

        return (Decision?)FailoverRules.FenceStrangers(seen, candidate, journal)
            ?? (candidate.Reachable
                ? new Promote(candidate.Name, journal.Former, journal.Epoch, AcceptsLoss: false, $"{candidate.Name} was chosen as primary of epoch {journal.Epoch} and is not prepared to the end yet.")
                : new Hold($"{candidate.Name} was chosen as primary of epoch {journal.Epoch} and does not answer ({candidate.Error}); it may have taken writes already, so writes wait for it, {Reads(seen)}."));
    }

    /// <summary>The primary that was lost in a failover of late, until it is back in sync: two in a row look like something else than lost nodes.</summary>
    public static string? NotBackYet(ClusterView seen, JournalEntry journal, FailoverOptions rules) =>
        seen.At - journal.FailedOverAt < rules.FailoverWindow && !journal.InSync.Contains(journal.Former ?? "") ? journal.Former : null;

    /// <summary>Those without whose answer nobody can say that nothing acknowledged is lost; none when all answer with the data of the epoch.</summary>
    public static IReadOnlyList<string> Missing(ClusterView seen, JournalEntry journal) =>
        [.. journal.Witnesses.Where(name => seen.Find(name) is not { Reachable: true } node || node.Epoch != journal.Epoch)];

    /// <summary>
    /// Every acknowledged write is on one of the witnesses, so one that holds all that they have holds them all. What is
    /// received counts like what is applied: it is applied before the promotion.
    /// </summary>
    public static NodeView? Complete(ClusterView seen, JournalEntry journal)
    {
        var witnesses = journal.Witnesses.Select(name => seen.Find(name)).OfType<NodeView>().ToList();
        return witnesses.FirstOrDefault(node => witnesses.All(other => node.Holds(other.Held)));
    }

    // A replica that has not been attached to the latest primary yet says nothing about it.
    private static bool FollowsAnother(ClusterView seen, NodeView replica) =>
        seen.Nodes.Any(other => other.Reachable && replica.Replication!.IsFrom(other));

    private static string Reads(ClusterView seen)
    {
        var readers = seen.Nodes.Where(node => node.Reachable).Select(node => node.Name).ToList();
        return readers.Count == 0 ? "no node serves reads" : $"reads are served by {Sentence.List(readers)}";
    }
}
