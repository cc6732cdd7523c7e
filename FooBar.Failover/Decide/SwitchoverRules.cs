using FooBar.Failover.Journal;
using FooBar.Failover.Observe;

namespace FooBar.Failover.Decide;

/// <summary>A planned switchover: whether it may begin, and what becomes of one that was begun.</summary>
internal static class SwitchoverRules
{
    /// <summary>What an operator is answered who asks for it.</summary>
    /// <param name="seen">The nodes.</param>
    /// <param name="journal">What was decided before.</param>
    /// <param name="to">The node that is to be primary; null for the only replica that can be.</param>
    public static Decision Begin(ClusterView seen, JournalEntry journal, string? to)
    {
        if (journal.Phase != JournalPhase.Serving || journal.Handover is not null)
        {
            return new Hold($"A switchover needs a cluster at rest, and the journal says: {journal}.");
        }

        if (to == journal.Primary)
        {
            return new Hold($"{to} is the primary already.");
        }

        if (to is not null && seen.Find(to) is null)
        {
            return new Hold($"'{to}' is no node of this cluster; its nodes are {Sentence.List(seen.Nodes.Select(node => node.Name))}.");
        }

        var target = to ?? journal.InSync.OrderByDescending(name => seen.Find(name)?.Streaming == true).FirstOrDefault();
        if (target is null || !journal.InSync.Contains(target))
        {
            return new Hold(target is null
                ? "No replica is in sync, so each may lack acknowledged writes; wait until one is."
                : $"{target} is not in sync, so it may lack acknowledged writes; wait until it is.");
        }

        if (seen.Find(journal.Primary) is not { Writable: true } || seen.Find(target) is not { Streaming: true })
        {
            return new Hold($"A switchover needs {journal.Primary} to take writes and {target} to replicate; that is not so now.");
        }

        return new Switchover(journal.Primary!, target, Leaving: false, $"{target} is to take over from {journal.Primary} as asked; it is in sync.");
    }

    /// <summary>A switchover that the journal has begun is carried on, or given up where that is not possible any more.</summary>
    public static Decision? Continue(ClusterView seen, NodeView primary, JournalEntry journal)
    {
        if (journal.Handover is not { } target || primary.Epoch != journal.Epoch) // one that has lost its data hands nothing over
        {
            return null;
        }

        return seen.Find(target) is { Reachable: true } replica && journal.InSync.Contains(target)
            ? new Switchover(primary.Name, replica.Name, journal.Leaving, $"The switchover from {primary.Name} to {target} was begun and is carried on.")
            : new AbandonSwitchover(primary.Name, $"The switchover from {primary.Name} to {target} cannot be ended, because {target} does not answer or is not in sync any more; {primary.Name} {(journal.Leaving ? "stays offline and is waited for" : "goes on")}.");
    }

    /// <summary>
    /// A graceful stop goes offline first (docs/decisions/node-program.md) and may take its time after that: nobody need wait for its end. Nor is
    /// the primary let back online, for then the stop would acknowledge what no replica has.
    /// </summary>
    public static Switchover? Leave(ClusterView seen, NodeView primary, JournalEntry journal) =>
        primary.OfflineMode && primary.Epoch == journal.Epoch && !journal.Paused
            && journal.InSync.Select(name => seen.Find(name)).FirstOrDefault(node => node is { Streaming: true, OfflineMode: false }) is { } replica
            ? new Switchover(primary.Name, replica.Name, Leaving: true, $"The primary {primary.Name} is offline, as before it is stopped; {replica.Name} is in sync and takes over.")
            : null;
}
