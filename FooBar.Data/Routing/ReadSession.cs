using FooBar.Data.Topology;
using MySqlConnector;

namespace FooBar.Data.Routing;

/// <summary>
/// A session that reads. If its copy goes away the read is tried once on another one, so that <see cref="Session.Node"/>
/// tells who answered only after the answer.
/// </summary>
public sealed class ReadSession : Session
{
    private readonly Database _database;
    private readonly ReadFrom _copy;
    private bool _moved;

    internal ReadSession(Database database, ReadFrom copy, NodeStatus node, NodeConnection connection, TimeSpan statementTimeLimit)
        : base(node, connection, statementTimeLimit) => (_database, _copy) = (database, copy);

    private protected override async Task<T> RunAsync<T>(
        Func<MySqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await RunOnceAsync(work, cancellationToken);
        }
        catch (Exception e) when (IsTheNodes(e) && !cancellationToken.IsCancellationRequested)
        {
            _database.Suspect();
            if (_moved)
            {
                throw new NoReadableCopyException($"{Node} went away while it was read: {e.Message}", e);
            }
        }

        // All rows are read before any is handed out, so that starting again elsewhere repeats none.
        _moved = true;
        var (node, connection) = await _database.OpenCopyAsync(_copy, failed: Endpoint, cancellationToken);
        await MoveToAsync(node, connection);
        return await RunAsync(work, cancellationToken);
    }

    // A node that hangs is out of the topology by the time a statement's limit is over. If it is not, the statement is slow,
    // and would be slow on the next copy, too.
    private bool IsTheNodes(Exception failure) =>
        failure is TimeoutException ? !_database.IsUsable(Endpoint) : MySqlFailure.IsConnection(failure);
}
