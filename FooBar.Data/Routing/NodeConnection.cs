using System.Data;
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

    /// <summary>What giving the connection back may take before it is left to itself.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);

    private readonly DatabaseNode _node;
    private readonly MySqlConnection _connection;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _dismissal;
    private Task _work = Task.CompletedTask;
    private bool _opened;

    private NodeConnection(DatabaseNode node, TimeProvider clock, CancellationToken dismissal) =>
        (_node, _connection, _clock, _dismissal) = (node, node.Source.CreateConnection(), clock, dismissal);

    public DatabaseNode Node => _node;

    /// <param name="node">The node to connect to.</param>
    /// <param name="limit">How long that may take.</param>
    /// <param name="clock">Counts the time.</param>
    /// <param name="dismissal">Cancelled when the node's answers are not worth waiting for any more, now or later.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<NodeConnection> OpenAsync(
        DatabaseNode node, TimeSpan limit, TimeProvider clock, CancellationToken dismissal, CancellationToken cancellationToken)
    {
        var opened = new NodeConnection(node, clock, dismissal);
        try
        {
            await opened.RunAsync(
                async (connection, token) =>
                {
                    await connection.OpenAsync(token);
                    return true;
                },
                limit, cancellationToken);
            opened._opened = true;
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="TimeoutException">The work was not done within the limit; the connection is of no more use.</exception>
    /// <exception cref="IOException">The node has been dismissed, or the connection has broken before; it is of no more use.</exception>
    public async Task<T> RunAsync<T>(
        Func<MySqlConnection, CancellationToken, Task<T>> work, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (!_work.IsCompleted)
        {
            throw new TimeoutException($"{_node.Endpoint} still owes the answer to an earlier statement.");
        }

        using var timer = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, _clock);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, _dismissal, cancellationToken);
        using var patience = new CancellationTokenSource();

        // Told on a thread of its own: the driver may try for seconds to reach the node once more, to end its statement there. So it is
        // not disposed with this call.
#pragma warning disable CA2000
        var stop = new CancellationTokenSource();
#pragma warning restore CA2000
        await using var ending = any.Token.Register(() =>
        {
            patience.CancelAfter(Grace);
            _ = stop.CancelAsync();
        });

        // On the pool: what blocks before its first await must not block whoever counts the time.
        var token = stop.Token;
        var running = Task.Run(() => work(_connection, token), CancellationToken.None);
        _work = running;
        try
        {
            return await running.WaitAsync(patience.Token);
        }
        catch (Exception e) when (any.IsCancellationRequested && !cancellationToken.IsCancellationRequested
            && (e is OperationCanceledException or TimeoutException || MySqlFailure.IsFromDatabase(e)))
        {
            throw _dismissal.IsCancellationRequested
                ? new IOException($"{_node.Endpoint} has been replaced by another node before it answered.", e)
                : new TimeoutException(
                    string.Create(CultureInfo.InvariantCulture, $"{_node.Endpoint} did not answer within {limit.TotalSeconds:0.###} s."), e);
        }
        catch (InvalidOperationException e) when (_opened && _connection.State != ConnectionState.Open)
        {
            // The driver takes it for a mistake of ours to use a connection that has broken meanwhile.
            throw new IOException($"The connection to {_node.Endpoint} has broken.", e);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (!_work.IsCompleted)
        {
            _ = DisposeLaterAsync();
            return ValueTask.CompletedTask;
        }

        // An open transaction is rolled back, which a node that hangs does not answer either.
        var closing = _connection.DisposeAsync();
        return closing.IsCompleted ? closing : CloseAsync(closing.AsTask());
    }

    private async ValueTask CloseAsync(Task closing) =>
        await closing.WaitAsync(CloseLimit, _clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task DisposeLaterAsync()
    {
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync();
    }
}
