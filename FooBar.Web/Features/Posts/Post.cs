namespace FooBar.Web.Features.Posts;

/// <summary>What somebody wrote.</summary>
public sealed record Post(Guid Id, string Title, string Body, string Author, DateTimeOffset CreatedAt)
{
    /// <summary>
    /// An id for a post written now. It is made here and not by the database, so that an insert whose outcome nobody knows,
    /// because the primary went away, can be repeated without making a second post; version 7 ascends with time, so that the
    /// primary key keeps new rows together and sorts the newest first.
    /// </summary>
    public static Guid NewId(DateTimeOffset now) => Guid.CreateVersion7(now);
}
