namespace FooBar.Tests.Chaos.History;

/// <summary>What a user asked for.</summary>
public enum Ask
{
    /// <summary>Make a post.</summary>
    Create,

    /// <summary>Change an own post.</summary>
    Edit,

    /// <summary>Delete an own post.</summary>
    Delete,

    /// <summary>Read an own post.</summary>
    Read,

    /// <summary>Read the newest posts.</summary>
    List,
}

/// <summary>What became of it, as far as the user knows.</summary>
public enum Outcome
{
    /// <summary>It was done, or answered.</summary>
    Done,

    /// <summary>The server said that it was not done: 503; of a write, that nothing was written.</summary>
    Refused,

    /// <summary>The server said that a write cannot be done, 4xx: no user asks for such a thing.</summary>
    Denied,

    /// <summary>An answer that nobody should get, whatever is away: 500. A write may have been done.</summary>
    Error,

    /// <summary>Another error of the server, 5xx.</summary>
    Failed,

    /// <summary>No answer came, or one that left it open: it may have been done.</summary>
    Unknown,
}

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

/// <summary>A row that is in a database at the end.</summary>
public sealed record Row(string Post, int Version);
