using System.Collections.Immutable;

namespace FooBar.Failover.Journal;

/// <summary>How far the cluster has come, as the journal knows it.</summary>
public enum JournalPhase
{
    /// <summary>Nothing was ever decided.</summary>
    New,

    /// <summary>A primary was chosen and is being prepared; nobody has written to it yet.</summary>
    Bootstrapping,

    /// <summary>The cluster serves, or has served.</summary>
    Serving,
}

/// <summary>
/// What the coordinator must remember to be safe: who is primary, in which epoch, and which replicas hold every acknowledged write.
/// </summary>
/// <param name="Phase">How far the cluster has come.</param>
/// <param name="Epoch">Counts the primaries: raised before a new one takes writes.</param>
/// <param name="Primary">The node that may take writes; null while the cluster is new.</param>
/// <param name="InSync">The replicas that hold every acknowledged write; only these may ever be promoted.</param>
public sealed record JournalEntry(JournalPhase Phase, long Epoch, string? Primary, ImmutableSortedSet<string> InSync)
{
    public static JournalEntry Empty { get; } = new(JournalPhase.New, 0, null, []);

    public override string ToString() =>
        Phase == JournalPhase.New ? "nothing decided yet" : $"epoch {Epoch}, primary {Primary}, in sync {{{string.Join(", ", InSync)}}}, {Phase}";
}
