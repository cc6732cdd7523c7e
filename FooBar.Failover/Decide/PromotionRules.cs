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
            return null;
        }

        if (seen.Nodes.FirstOrDefault(node => node.Reachable && node.Replication?.Hears(rules.SourceSilentAfter) == true) is { } witness)
        {
            return new Hold($"The primary {primary.Name} does not answer the coordinator ({primary.Error}), but {witness.Name} still hears it: it is overloaded or out of the coordinator's reach, and goes on.");
        }

        if (primary.NeverSeen && seen.At - primary.SilentSince < rules.StartGrace)
        {
            return new Hold($"The primary {primary.Name} has not answered yet ({primary.Error}); it has {Sentence.Seconds(rules.StartGrace)} to start.");
        }

        if (journal.InSync.IsEmpty)
        {
            return new Hold($"The primary {primary.Name} does not answer ({primary.Error}), and no replica is known to hold everything that it acknowledged; "
                + $"writes wait for it, {Reads(seen)}.");
        }

        // Every acknowledged write is on each of these, so that one is enough.
        if (Best(seen, journal) is not { } candidate)
        {
            return new Hold($"The primary {primary.Name} does not answer ({primary.Error}), nor does {Sentence.List(journal.InSync)}, which alone may take over; "
                + $"writes wait for either, {Reads(seen)}.");
        }

        if (journal.Paused)
        {
            return new Hold($"The primary {primary.Name} does not answer ({primary.Error}) and {candidate.Name} could take over, but automatic failover is paused; resume it, or promote {candidate.Name}.");
        }

        if (journal.FailedOverAt is { } last && seen.At - last < rules.FailoverWindow && journal.Former is { } former && !journal.InSync.Contains(former))
        {
            return new Hold($"The primary {primary.Name} does not answer ({primary.Error}), but the last failover was {Sentence.Seconds(seen.At - last)} ago and {former}, which was lost then, is not back in sync; "
                + $"writes wait for it, or promote {candidate.Name}.");
        }

        return new Promote(candidate.Name, primary.Name, journal.Epoch + 1,
            $"The primary {primary.Name} does not answer ({primary.Error}) and no replica hears it; {candidate.Name} holds every acknowledged write and becomes primary in epoch {journal.Epoch + 1}.");
    }

    /// <summary>A promotion that was begun is ended: its primary may have taken writes already, so nobody else may.</summary>
    public static Decision Finish(ClusterView seen, JournalEntry journal)
    {
        if (seen.Find(journal.Primary) is not { } candidate)
        {
            return FailoverRules.Unknown(journal);
        }

        return (Decision?)FailoverRules.FenceStrangers(seen, candidate, journal)
            ?? (candidate.Reachable
                ? new Promote(candidate.Name, journal.Former, journal.Epoch, $"{candidate.Name} was chosen as primary of epoch {journal.Epoch} and is not prepared to the end yet.")
                : new Hold($"{candidate.Name} was chosen as primary of epoch {journal.Epoch} and does not answer ({candidate.Error}); it may have taken writes already, so writes wait for it, {Reads(seen)}."));
    }

    // What is received counts like what is applied: it is applied before the promotion. Received sets of one source contain
    // one another, so the greatest is unique but for equals.
    private static NodeView? Best(ClusterView seen, JournalEntry journal) =>
        journal.InSync.Select(name => seen.Find(name)).OfType<NodeView>().Where(node => node.Reachable && node.Epoch == journal.Epoch)
            .Aggregate((NodeView?)null, (best, node) => best is null || !best.Holds(node.Executed.Union(node.Replication?.Received ?? Data.Consistency.GtidSet.Empty)) ? node : best);

    private static string Reads(ClusterView seen)
    {
        var readers = seen.Nodes.Where(node => node.Reachable).Select(node => node.Name).ToList();
        return readers.Count == 0 ? "no node serves reads" : $"reads are served by {Sentence.List(readers)}";
    }
}
