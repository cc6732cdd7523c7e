using System.Text.Json;
using FooBar.Data.Routing;
using Microsoft.Extensions.Logging;

namespace FooBar.Data.Idempotency;

/// <summary>
/// Runs units of work until one has committed. Every attempt is the same, also the one after a commit whose outcome is unknown:
/// it takes the key's row, and finds it there or not. docs/decisions/unknown-commit.md says why that is enough.
/// </summary>
internal sealed partial class KeyedWrite(Database database, ILogger<KeyedWrite> logger)
{
    /// <summary>An attempt that begins when the time is nearly over still gets this long for each statement.</summary>
    private static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(500);

    public async Task<Written<T>> RunAsync<T>(IdempotencyKey key, Func<WriteSession, Task<T>> work, CancellationToken cancellationToken)
    {
        var start = database.Clock.GetTimestamp();
        Exception? unknown = null;
        while (true)
        {
            var (taking, committing) = (false, false);
            Exception failure;
            try
            {
                await using var session = await database.OpenForWriteAsync(Left(), cancellationToken);
                session.StatementTimeLimit = TimeSpan.FromTicks(Math.Min(session.StatementTimeLimit.Ticks, Math.Max(Left().Ticks, LeastTime.Ticks)));
                await session.BeginAsync(cancellationToken);
                taking = true;
                var isNew = await KeyTable.TakeAsync(session, key, cancellationToken);
                taking = false;
                var answer = isNew
                    ? await WorkAsync(session, key, work, cancellationToken)
                    : await StoredAsync<T>(session, key, cancellationToken);

                // From here on the transaction may outlive everything else, so that nobody's impatience ends it half-way.
                committing = true;
                await session.CommitAsync(CancellationToken.None);
                var position = await session.PositionAsync(CancellationToken.None);
                if (unknown is not null)
                {
                    LogSettled(session.Node, isNew ? "made again" : "found", database.Clock.GetElapsedTime(start).TotalMilliseconds, unknown.Message);
                }

                return new(answer, !isNew, position);
            }
            catch (Exception e) when (IsPassing(e, committing) && !cancellationToken.IsCancellationRequested)
            {
                // A refusal (the node is fenced) is an answer; whatever else ends a commit tells nothing about it. And where somebody else
                // holds the key's row, an earlier attempt with this key may yet be committed.
                unknown ??= (committing && e is not NoPrimaryException) || (taking && IsHeld(e)) ? e : null;
                failure = e;
            }

            if (Left() <= TimeSpan.Zero)
            {
                throw unknown is not null
                    ? new OutcomeUnknownException($"It could not be settled in time whether it has been written: {failure.Message}", unknown)
                    : failure as NoPrimaryException ?? new NoPrimaryException($"Nothing could be written in time: {failure.Message}", failure);
            }

            await Task.Delay(NodeOpener.RetryPause, database.Clock, cancellationToken);
        }

        TimeSpan Left() => database.Options.WriteWait - database.Clock.GetElapsedTime(start);
    }

    private static async Task<T> WorkAsync<T>(
        WriteSession session, IdempotencyKey key, Func<WriteSession, Task<T>> work, CancellationToken cancellationToken)
    {
        var answer = await work(session);
        await KeyTable.AnswerAsync(session, key, JsonSerializer.Serialize(answer, JsonSerializerOptions.Web), cancellationToken);
        return answer;
    }

    private static async Task<T> StoredAsync<T>(WriteSession session, IdempotencyKey key, CancellationToken cancellationToken)
    {
        var (request, answer) = await KeyTable.ReadAsync(session, key, cancellationToken);
        return key.Request.AsSpan().SequenceEqual(request) ? JsonSerializer.Deserialize<T>(answer, JsonSerializerOptions.Web)! : throw new KeyReusedException();
    }

    [LoggerMessage(5113, LogLevel.Information, "A write whose outcome was not known has been settled on {Node}: it was {Outcome}, {Elapsed:0} ms after the write began ({Reason})")]
    private partial void LogSettled(string node, string outcome, double elapsed, string reason);

    private static bool IsHeld(Exception failure) => MySqlFailure.IsLockWait(failure) || failure is OutcomeUnknownException { InnerException: TimeoutException };

    private static bool IsPassing(Exception failure, bool committing) =>
        failure is DatabaseUnavailableException || MySqlFailure.IsPassing(failure) || (committing && MySqlFailure.IsFromDatabase(failure));
}
