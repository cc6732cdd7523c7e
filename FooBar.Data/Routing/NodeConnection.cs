using System.Globalization;
using MySqlConnector;

namespace FooBar.Data.Routing;

/// <summary>
/// One connection to one node, on which nothing takes longer than it may: work that does not even obey its cancellation
/// (a node that hangs answers that neither) is left behind, and the connection is given up once it ends.
/// </summary>
internal sealed class NodeConnection : IAsyncDisposable
{
    /// <summary>What cancelling may take before the work is left behind.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private readonly DatabaseNode _node;
    private readonly MySqlConnection _connection;
    private readonly TimeProvider _clock;
    private Task _work = Task.CompletedTask;

    private NodeConnection(DatabaseNode node, TimeProvider clock) =>
        (_node, _connection, _clock) = (node, node.Source.CreateConnection(), clock);

    public DatabaseNode Node => _node;

    public static async Task<NodeConnection> OpenAsync(DatabaseNode node, TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var opened = new NodeConnection(node, clock);
        try
        {
            await opened.RunAsync(
                async (connection, token) =>
                {
                    await connection.OpenAsync(token);
                    return true;
                },
                limit, cancellationToken);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="TimeoutException">The work was not done within the limit; the connection is of no more use.</exception>
    public async Task<T> RunAsync<T>(
        Func<MySqlConnection, CancellationToken, Task<T>> work, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (!_work.IsCompleted)
        {
            throw new TimeoutException($"{_node.Endpoint} still owes the answer to an earlier statement.");
        }

        using var timer = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);

        // On the pool: what blocks before its first await must not block whoever counts the time.
        var token = either.Token;
        var running = Task.Run(() => work(_connection, token), CancellationToken.None);
        _work = running;
        try
        {
            return await running.WaitAsync(limit + Grace, _clock, CancellationToken.None);
        }
        catch (Exception e) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested
            && (e is OperationCanceledException or TimeoutException || MySqlFailure.IsFromDatabase(e)))
        {
            throw new TimeoutException(
                string.Create(CultureInfo.InvariantCulture, $"{_node.Endpoint} did not answer within {limit.TotalSeconds:0.###} s."), e);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_work.IsCompleted)
        {
            return _connection.DisposeAsync();
        }

        _ = DisposeLaterAsync();
        return ValueTask.CompletedTask;
    }

    private async Task DisposeLaterAsync()
    {
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync();
    }
}
