namespace FooBar.Drill.History;

/// <summary>One request of one user, who makes one at a time.</summary>
/// <param name="User">Who asked.</param>
/// <param name="Ask">What for.</param>
/// <param name="Post">The post, by the name that the user gave it; null for a list.</param>
/// <param name="Version">What the user wrote into it, or found in it; null when it was deleted, or not found.</param>
/// <param name="Start">When it was asked, on the clock of the run.</param>
/// <param name="End">When the answer came, or when it was given up.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Seen">Of a list: the posts in it, as often as they are in it.</param>
public sealed record Call(
    string User, Ask Ask, string? Post, int? Version, TimeSpan Start, TimeSpan End, Outcome Outcome, IReadOnlyList<Row>? Seen = null)
{
    /// <summary>Whether the answer to a read said that it may lack what its reader has written (<c>X-Consistency: behind</c>).</summary>
    public bool SaysBehind { get; init; }

    /// <summary>How often it was asked again, because a connection broke or because it was a write without an answer.</summary>
    public int AskedAgain { get; init; }

    /// <summary>Of a write that was done: the version that the answer shows.</summary>
    public int? Shown { get; init; } = Version;

    /// <summary>Of a write of which it is unknown whether it was done: whether the site has answered, so that nothing of it is under way any more.</summary>
    public bool Settled { get; init; }

    public bool IsWrite => Ask is Ask.Create or Ask.Edit or Ask.Delete;
}
