using FooBar.Data.Consistency;

namespace FooBar.Data.Routing;

/// <summary>Which copy of the data a read accepts.</summary>
public sealed record ReadFrom
{
    private ReadFrom(bool acceptsReplica, WritePosition? position = null) => (AcceptsReplica, Position) = (acceptsReplica, position);

    /// <summary>A healthy replica, in turns if there are several; the primary if there is none. May miss the latest writes.</summary>
    public static ReadFrom Replica { get; } = new(acceptsReplica: true);

    /// <summary>The primary, which has every acknowledged write.</summary>
    public static ReadFrom Primary { get; } = new(acceptsReplica: false);

    internal bool AcceptsReplica { get; }

    internal WritePosition? Position { get; }

    /// <summary>
    /// A healthy replica that has a write, and everything before it; the primary if no replica has it within ReplicaWait.
    /// Without a write this is <see cref="Replica"/>. If no copy can be shown to have it within ReadWait, any copy is read and
    /// <see cref="ReadSession.IsBehind"/> says so.
    /// </summary>
    public static ReadFrom ReplicaWith(WritePosition? write) => write is null ? Replica : new(acceptsReplica: true, write);
}
