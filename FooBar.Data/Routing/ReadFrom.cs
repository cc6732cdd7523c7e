namespace FooBar.Data.Routing;

/// <summary>Which copy of the data a read accepts.</summary>
public sealed record ReadFrom
{
    private ReadFrom(bool acceptsReplica) => AcceptsReplica = acceptsReplica;

    /// <summary>A healthy replica, in turns if there are several; the primary if there is none. May miss the latest writes.</summary>
    public static ReadFrom Replica { get; } = new(acceptsReplica: true);

    /// <summary>The primary, which has every acknowledged write.</summary>
    public static ReadFrom Primary { get; } = new(acceptsReplica: false);

    internal bool AcceptsReplica { get; }
}
