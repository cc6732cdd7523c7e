using System.Collections.Immutable;
using System.Text.Json.Serialization;

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

    /// <summary>A replica was chosen as the primary of a new epoch; nobody else may take writes from here on, and it may have taken some.</summary>
    Promoting,
}

/// <summary>
/// What the coordinator must remember to be safe: who is primary, in which epoch, and which replicas hold every acknowledged write.
/// </summary>
/// <param name="Phase">How far the cluster has come.</param>
/// <param name="Epoch">Counts the primaries: raised before a new one takes writes.</param>
/// <param name="Primary">The node that may take writes; null while the cluster is new.</param>
/// <param name="InSync">The replicas that acknowledge writes; with one it holds every acknowledged write.</param>
/// <param name="Handover">The replica that a planned switchover, begun and not ended, goes to.</param>
/// <param name="Paused">Whether an operator has stopped automatic failover.</param>
/// <param name="Former">The primary before this one.</param>
/// <param name="FailedOverAt">When the last automatic failover was decided.</param>
/// <param name="Unsettled">
/// Of a cluster with several replicas, those that might acknowledge by themselves, after a reconnection, whatever the coordinator
/// wants; null while the cluster has not had several.
/// </param>
/// <param name="GivenUp">The nodes that may hold acknowledged writes that an operator gave up by promoting another one; null for none.</param>
/// <param name="FollowedSiteAt">When the role was last handed over because the site reached another node and not the primary.</param>
/// <param name="Leaving">Whether the handover was begun because the primary is being stopped, so that clients must not be let in again.</param>
/// <param name="Left">The node that was being stopped when it handed over the role that the primary has; it is left alone until it has ended.</param>
public sealed record JournalEntry(
    JournalPhase Phase, long Epoch, string? Primary, ImmutableSortedSet<string> InSync,
    string? Handover = null, bool Paused = false, string? Former = null, DateTimeOffset? FailedOverAt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableSortedSet<string>? Unsettled = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableSortedSet<string>? GivenUp = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? FollowedSiteAt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Leaving = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Left = null)
{
    public static JournalEntry Empty { get; } = new(JournalPhase.New, 0, null, []);

    /// <summary>Who may have acknowledged: every acknowledged write is on at least one of these, unless <see cref="InSync"/> is empty.</summary>
    [JsonIgnore]
    public ImmutableSortedSet<string> Witnesses => Unsettled is null ? InSync : InSync.Union(Unsettled);

    /// <summary>How many acknowledgements a commit waits for.</summary>
    [JsonIgnore]
    public int Acknowledgements => InSync.IsEmpty ? 0 : 1;

    public override string ToString() => Phase == JournalPhase.New
        ? "nothing decided yet"
        : $"epoch {Epoch}, primary {Primary}, in sync {{{string.Join(", ", InSync)}}}, {Phase}{(Handover is null ? "" : $", handing over to {Handover}")}{(Paused ? ", paused" : "")}{(Unsettled is { IsEmpty: false } ? $", unsettled {{{string.Join(", ", Unsettled)}}}" : "")}";

    // The sets compare by reference, which two readings of one line do not share.
    public bool Equals(JournalEntry? other) => other is not null
        && (Phase, Epoch, Primary, Handover, Paused, Former, FailedOverAt, FollowedSiteAt, Leaving, Left)
            == (other.Phase, other.Epoch, other.Primary, other.Handover, other.Paused, other.Former, other.FailedOverAt, other.FollowedSiteAt, other.Leaving, other.Left)
        && Same(InSync, other.InSync) && Same(Unsettled, other.Unsettled) && Same(GivenUp, other.GivenUp);

    private static bool Same(ImmutableSortedSet<string>? one, ImmutableSortedSet<string>? other) => one is null ? other is null : other is not null && one.SetEquals(other);

    public override int GetHashCode() => HashCode.Combine(Phase, Epoch, Primary, InSync.Count, Handover, Paused);
}
