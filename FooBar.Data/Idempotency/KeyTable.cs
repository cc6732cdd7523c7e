using FooBar.Data.Routing;

namespace FooBar.Data.Idempotency;

/// <summary>The table of the keys; the product's migrations make it.</summary>
internal static class KeyTable
{
    /// <summary>
    /// Takes the key's row, and with it every other request with this key has to wait until this transaction ends. The row is
    /// written to even if it is there: see docs/decisions/unknown-commit.md.
    /// </summary>
    /// <returns>Whether the key is new.</returns>
    /// <remarks>
    /// A wait for another transaction's locks is short, since the next attempt may meet another primary. And a transaction whose
    /// process is cut off or frozen must not keep its locks for the hours that a server waits by default.
    /// </remarks>
    public static async Task<bool> TakeAsync(WriteSession session, IdempotencyKey key, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            $"""
            SET SESSION innodb_lock_wait_timeout = 1, SESSION wait_timeout = 5;
            INSERT INTO idempotency_keys (id, request, created_at)
            VALUES ({key.Id.ToArray()}, {key.Request.ToArray()}, UTC_TIMESTAMP(3))
            ON DUPLICATE KEY UPDATE repeats = repeats + 1
            """, cancellationToken) == 1;

    public static async Task<(byte[] Request, string Answer)> ReadAsync(WriteSession session, IdempotencyKey key, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync(
            $"SELECT request, answer FROM idempotency_keys WHERE id = {key.Id.ToArray()}",
            row => (row.GetFieldValue<byte[]>(0), row.GetString(1)), cancellationToken);
        return rows[0];
    }

    public static Task<int> AnswerAsync(WriteSession session, IdempotencyKey key, string answer, CancellationToken cancellationToken) =>
        session.ExecuteAsync($"UPDATE idempotency_keys SET answer = {answer} WHERE id = {key.Id.ToArray()}", cancellationToken);

    /// <summary>Deletes some keys that are older than <paramref name="age"/>, by the clock that has dated them.</summary>
    /// <returns>How many.</returns>
    /// <remarks>
    /// At READ COMMITTED, so that no gap is locked, and rows that somebody holds are left for later: a plain DELETE of a range would
    /// also wait for rows beyond it that are just being added.
    /// </remarks>
    public static Task<int> DeleteAsync(WriteSession session, TimeSpan age, int limit, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            $"""
            DELETE row_of
            FROM (
                SELECT id
                FROM idempotency_keys
                WHERE created_at < UTC_TIMESTAMP(3) - INTERVAL {(long)age.TotalSeconds} SECOND
                ORDER BY created_at
                LIMIT {limit}
                FOR UPDATE SKIP LOCKED
            ) AS old
            STRAIGHT_JOIN idempotency_keys AS row_of ON row_of.id = old.id
            """, cancellationToken);
}
