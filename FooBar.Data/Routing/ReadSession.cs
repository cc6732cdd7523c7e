using MySqlConnector;

namespace FooBar.Data.Routing;

/// <summary>
/// A session that reads. If its copy goes away the read is tried on another one, for as long as ReadWait, so that
/// <see cref="Session.Node"/> tells who answered only after the answer.
/// </summary>
public sealed class ReadSession : Session
{
    private readonly Database _database;
    private readonly ReadFrom _copy;
    private long? _failedAt;

    internal ReadSession(Database database, ReadFrom copy, OpenedNode opened)
        : base(opened, database.Options.StatementTimeLimit) => (_database, _copy, IsBehind) = (database, copy, opened.IsBehind);

    /// <summary>
    /// Whether the copy lacks the write that it was asked to have, because no copy that has it could be reached. What is read is
    /// older than what its reader knows, and is to be shown as that.
    /// </summary>
    public bool IsBehind { get; private set; }

    private protected override async Task<T> RunAsync<T>(
        Func<MySqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await RunOnceAsync(work, cancellationToken);
            }
            catch (Exception e) when (IsTheNodes(e) && !cancellationToken.IsCancellationRequested)
            {
                _database.Suspect();
                if (_failedAt is not null)
                {
                    await Task.Delay(NodeOpener.RetryPause, _database.Clock, cancellationToken);
                }

                _failedAt ??= _database.Clock.GetTimestamp();
                if (_database.Clock.GetElapsedTime(_failedAt.Value) >= _database.Options.ReadWait)
                {
                    throw new NoReadableCopyException($"{Node} went away while it was read: {e.Message}", e);
                }
            }

            // All rows are read before any is handed out, so that starting again elsewhere repeats none.
            var opened = await _database.OpenCopyAsync(_copy, failed: Endpoint, cancellationToken);
            IsBehind = opened.IsBehind;
            await MoveToAsync(opened);
        }
    }

    // A node that hangs is out of the topology by the time a statement's limit is over. If it is not, the statement is slow,
    // and would be slow on the next copy, too.
    private bool IsTheNodes(Exception failure) =>
        failure is TimeoutException ? !_database.IsUsable(Endpoint) : MySqlFailure.IsConnection(failure);
}
