using System.Data.Common;
using FooBar.Data.Idempotency;
using FooBar.Data.Routing;
using FooBar.Web.Consistency;

namespace FooBar.Web.Features.Posts;

/// <summary>The posts in the database.</summary>
internal sealed class PostStore(Database database, OwnWrites ownWrites, CopyRead copyRead, TimeProvider clock)
{
    /// <summary>The newest posts, or those before the post <paramref name="before"/>; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<Post>> ListAsync(Guid? before, int limit, CancellationToken cancellationToken)
    {
        var end = Key(before ?? Guid.AllBitsSet);
        await using var session = await database.OpenAsync(ownWrites.Copy, cancellationToken);
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

    /// <summary>
    /// One post. A replica that does not have it may only be late, which somebody who was sent its address must not see: then the
    /// primary is asked, if there is one.
    /// </summary>
    public async Task<Post?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, ownWrites.Copy, cancellationToken) is { } post)
        {
            return post;
        }

        try
        {
            return copyRead.Role == "primary" || database.Topology.Primary is null ? null : await FindAsync(id, ReadFrom.Primary, cancellationToken);
        }
        catch (NoReadableCopyException)
        {
            return null; // there was a primary, and it is lost: what the replica said is the answer
        }
    }

    /// <summary>Adds a post; returns when it is acknowledged.</summary>
    public Task<Post> AddAsync(IdempotencyKey key, NewPost draft, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var post = new Post(Post.NewId(now), draft.Title!, draft.Body!, draft.Author!, Milliseconds(now));
        return WriteAsync(key, async session =>
        {
            await InsertAsync(session, post, cancellationToken);
            return post;
        }, cancellationToken);
    }

    /// <summary>Changes a post; null if there is none.</summary>
    public Task<Post?> ChangeAsync(IdempotencyKey key, Guid id, NewPost draft, CancellationToken cancellationToken) => WriteAsync(key, async session =>
    {
        if (await LockAsync(session, id, cancellationToken) is not { } post)
        {
            return null;
        }

        var changed = post with { Title = draft.Title!, Body = draft.Body!, Author = draft.Author! };
        await UpdateAsync(session, changed, cancellationToken);
        return changed;
    }, cancellationToken);

    /// <summary>Deletes a post; false if there is none.</summary>
    public Task<bool> DeleteAsync(IdempotencyKey key, Guid id, CancellationToken cancellationToken) => WriteAsync(
        key, async session => await session.ExecuteAsync($"DELETE FROM posts WHERE id = {Key(id)}", cancellationToken) > 0, cancellationToken);

    private async Task<T> WriteAsync<T>(IdempotencyKey key, Func<WriteSession, Task<T>> work, CancellationToken cancellationToken)
    {
        var written = await database.WriteAsync(key, work, cancellationToken);
        ownWrites.Add(written.Position);
        return written.Answer;
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

    private static Task<Post?> LockAsync(WriteSession session, Guid id, CancellationToken cancellationToken) => session.QueryFirstAsync(
        $"""
        SELECT id, title, body, author, created_at
        FROM posts
        WHERE id = {Key(id)}
        FOR UPDATE
        """, ReadPost, cancellationToken);

    private static Task<int> InsertAsync(WriteSession session, Post post, CancellationToken cancellationToken) => session.ExecuteAsync(
        $"""
        INSERT INTO posts (id, title, body, author, created_at)
        VALUES ({Key(post.Id)}, {post.Title}, {post.Body}, {post.Author}, {post.CreatedAt.UtcDateTime})
        """, cancellationToken);

    private static Task<int> UpdateAsync(WriteSession session, Post post, CancellationToken cancellationToken) => session.ExecuteAsync(
        $"""
        UPDATE posts
        SET title = {post.Title}, body = {post.Body}, author = {post.Author}
        WHERE id = {Key(post.Id)}
        """, cancellationToken);

    private static Post ReadPost(DbDataReader row) => new(
        new Guid(row.GetFieldValue<byte[]>(0), bigEndian: true), row.GetString(1), row.GetString(2), row.GetString(3),
        new DateTimeOffset(DateTime.SpecifyKind(row.GetDateTime(4), DateTimeKind.Utc)));

    // As exact as the column is, so that the answer to an insert and a later read agree.
    private static DateTimeOffset Milliseconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));

    // Big-endian: only so do the bytes sort as the UUID does.
    private static byte[] Key(Guid id) => id.ToByteArray(bigEndian: true);
}
