namespace FooBar.Drill.History;

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
