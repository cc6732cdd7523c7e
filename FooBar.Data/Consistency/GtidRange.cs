namespace FooBar.Data.Consistency;

/// <summary>Where transactions come from: a server and, since MySQL 8.3, optionally a tag ("" is none).</summary>
internal readonly record struct GtidSource(Guid Server, string Tag) : IComparable<GtidSource>
{
    public int CompareTo(GtidSource other)
    {
        var byServer = Server.CompareTo(other.Server);
        return byServer != 0 ? byServer : string.CompareOrdinal(Tag, other.Tag);
    }
}

/// <summary>Transactions of one source, numbered <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
internal readonly record struct GtidRange(GtidSource Source, long First, long Last) : IComparable<GtidRange>
{
    public int CompareTo(GtidRange other)
    {
        var bySource = Source.CompareTo(other.Source);
        return bySource != 0 ? bySource : First.CompareTo(other.First);
    }

    public bool EndsBefore(GtidRange other)
    {
        var bySource = Source.CompareTo(other.Source);
        return bySource < 0 || (bySource == 0 && Last < other.First);
    }

    public bool Overlaps(GtidRange other) => Source == other.Source && First <= other.Last && other.First <= Last;

    /// <summary>Nothing lies between the two, so that in a set they are one range.</summary>
    public bool Touches(GtidRange next) => Source == next.Source && next.First <= Last + 1;
}
