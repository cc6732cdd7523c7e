using System.Data.Common;
using FooBar.Data.Routing;

namespace FooBar.Web.Features.Posts;

/// <summary>The posts in the database.</summary>
internal sealed class PostStore(Database database, CopyRead copyRead, TimeProvider clock)
{
    /// <summary>The newest posts, or those before the post <paramref name="before"/>; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<Post>> ListAsync(Guid? before, int limit, CancellationToken cancellationToken)
    {
        var end = Key(before ?? Guid.AllBitsSet);
        await using var session = await database.OpenAsync(ReadFrom.Replica, cancellationToken);
        var posts = await session.QueryAsync(
            $"""
            SELECT id, title, body, author, created_at
            FROM posts
            WHERE id < {end}
            ORDER BY id DESC
            LIMIT {limit}
            """, ReadPost, cancellationToken);
        copyRead.Is(session);
        return posts;
    }

    /// <summary>One post; a replica that does not have it may only be late, so that then the primary is asked.</summary>
    public async Task<Post?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await FindAsync(id, ReadFrom.Replica, cancellationToken) is { } post ? post
        : copyRead.Role == "primary" ? null
        : await FindAsync(id, ReadFrom.Primary, cancellationToken);

    /// <summary>Adds a post; returns when both copies of the database have it.</summary>
    public async Task<Post> AddAsync(NewPost draft, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var post = new Post(Post.NewId(now), draft.Title!, draft.Body!, draft.Author!, Milliseconds(now));
        await database.WriteAsync(session => InsertAsync(session, post, cancellationToken), cancellationToken);
        return post;
    }

    private async Task<Post?> FindAsync(Guid id, ReadFrom copy, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(copy, cancellationToken);
        var post = await session.QueryFirstAsync(
            $"""
            SELECT id, title, body, author, created_at
            FROM posts
            WHERE id = {Key(id)}
            """, ReadPost, cancellationToken);
        copyRead.Is(session);
        return post;
    }

    // The second of two attempts may find what the first one wrote, and is to change nothing then.
    private static Task<int> InsertAsync(WriteSession session, Post post, CancellationToken cancellationToken) => session.ExecuteAsync(
        $"""
        INSERT INTO posts (id, title, body, author, created_at)
        VALUES ({Key(post.Id)}, {post.Title}, {post.Body}, {post.Author}, {post.CreatedAt.UtcDateTime})
        ON DUPLICATE KEY UPDATE id = id
        """, cancellationToken);

    private static Post ReadPost(DbDataReader row) => new(
        new Guid(row.GetFieldValue<byte[]>(0), bigEndian: true), row.GetString(1), row.GetString(2), row.GetString(3),
        new DateTimeOffset(DateTime.SpecifyKind(row.GetDateTime(4), DateTimeKind.Utc)));

    // As exact as the column is, so that the answer to an insert and a later read agree.
    private static DateTimeOffset Milliseconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));

    // Big-endian: only so do the bytes sort as the UUID does.
    private static byte[] Key(Guid id) => id.ToByteArray(bigEndian: true);
}
