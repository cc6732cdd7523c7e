using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;

namespace FooBar.Failover.Operate;

/// <summary>What an operator may ask for. Each is decided like everything else: purely, with a reason.</summary>
internal abstract record OperatorCommand
{
    public abstract Decision Decide(ClusterView seen, JournalEntry journal);
}

/// <summary>Hand the role of primary over, to a node or to the replica that can take it.</summary>
internal sealed record SwitchoverCommand(string? To) : OperatorCommand
{
    public override Decision Decide(ClusterView seen, JournalEntry journal) => SwitchoverRules.Begin(seen, journal, To);
}

/// <summary>Stop automatic failover, or allow it again.</summary>
internal sealed record PauseCommand(bool Paused) : OperatorCommand
{
    public override Decision Decide(ClusterView seen, JournalEntry journal) =>
        journal.Phase is JournalPhase.New or JournalPhase.Bootstrapping ? new Hold("The cluster is new and not prepared yet; pause it when it serves.")
        : journal.Paused == Paused ? new Steady(Paused ? "Automatic failover is paused already." : "Automatic failover is not paused.")
        : new SetPaused(Paused, Paused ? "Automatic failover is paused, as asked; everything else goes on." : "Automatic failover is allowed again, as asked.");
}

/// <summary>Give up the transactions that only this node has: its data is replaced by a copy of the primary's.</summary>
internal sealed record DiscardCommand(string Node) : OperatorCommand
{
    public override Decision Decide(ClusterView seen, JournalEntry journal)
    {
        if (journal.Phase != JournalPhase.Serving || seen.Find(journal.Primary) is not { Writable: true } primary || primary.Epoch != journal.Epoch)
        {
            return new Hold($"{Node} can be copied anew only while a primary takes writes; the journal says: {journal}.");
        }

        if (Node == journal.Primary || seen.Find(Node) is not { Reachable: true } node)
        {
            return new Hold($"'{Node}' is no replica of {journal.Primary} that answers.");
        }

        return primary.NeverHad(node) is not { IsEmpty: false } errant
            ? new Hold($"{Node} holds nothing that {journal.Primary} lacks; there is nothing to discard.")
            : new Clone(Node, primary.Name, errant.ToString(), $"The transactions that only {Node} holds ({errant}) are discarded, as asked; they are recorded, and it is copied anew from {primary.Name}.");
    }
}

/// <summary>Promote a node although it may lack acknowledged writes: the operator accepts losing what the primary had.</summary>
internal sealed record PromoteAnywayCommand(string Node, bool AcceptLoss) : OperatorCommand
{
    public override Decision Decide(ClusterView seen, JournalEntry journal)
    {
        if (seen.Find(Node) is not { Reachable: true } candidate)
        {
            return new Hold($"'{Node}' is no node of this cluster that answers; those are {Sentence.List(seen.Nodes.Where(node => node.Reachable).Select(node => node.Name))}.");
        }

        if (journal.Phase is not (JournalPhase.Serving or JournalPhase.Promoting) || Node == journal.Primary)
        {
            return new Hold($"There is nobody to replace by {Node}; the journal says: {journal}.");
        }

        if (Answers(seen, journal) is { } answers)
        {
            return answers;
        }

        // A replica that is behind by an epoch or more lacks a whole primary's work; nobody can mean that. One that is being promoted
        // when it is lost may have begun its epoch, and nobody else can have.
        var epoch = journal.Phase == JournalPhase.Promoting ? journal.Epoch - 1 : journal.Epoch;
        if (candidate.Epoch != epoch)
        {
            return new Hold($"{Node} holds data of epoch {candidate.Epoch?.ToString(null, null) ?? "none"} and it would have to be that of epoch {epoch}; it cannot be promoted.");
        }

        if (seen.Nodes.FirstOrDefault(other => other.Reachable && other.Epoch == epoch && other.Holds(candidate.Held) && !candidate.Holds(other.Held)) is { } ahead)
        {
            return new Hold($"{ahead.Name} holds all that {Node} has, and more; promote {ahead.Name}.");
        }

        var complete = !journal.InSync.IsEmpty && PromotionRules.Missing(seen, journal).Count == 0 && journal.Witnesses.All(name => candidate.Holds(seen.Find(name)!.Held));
        return complete || AcceptLoss
            ? new Promote(Node, journal.Primary, journal.Epoch + 1, AcceptsLoss: !complete, complete
                ? $"{Node} holds every acknowledged write and becomes primary in epoch {journal.Epoch + 1}, as asked."
                : $"{Node} becomes primary in epoch {journal.Epoch + 1}, as asked, although it may lack writes that {journal.Primary} acknowledged; these are given up.")
            : new Hold($"{Node} is not in sync and may lack writes that {journal.Primary} acknowledged; to give them up ask with acceptLoss.");
    }

    private static Hold? Answers(ClusterView seen, JournalEntry journal) => seen.Find(journal.Primary) switch
    {
        { Reachable: true } when journal.Phase == JournalPhase.Promoting =>
            new Hold($"{journal.Primary} answers and is being promoted; to promote another one stop it first, for it may take writes already."),
        { Reachable: true } primary when primary.Epoch == journal.Epoch => new Hold($"The primary {journal.Primary} answers; ask for a switchover, which loses nothing."),
        _ => null,
    };
}
