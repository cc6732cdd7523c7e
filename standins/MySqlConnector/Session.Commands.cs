using System.Data;
using DataCommand = MySql.Data.MySqlClient.MySqlCommand;
using DataException = MySql.Data.MySqlClient.MySqlException;

namespace MySqlConnector;

/// <summary>Running commands, and ending those that run too long or that nobody wants any more.</summary>
internal sealed partial class Session
{
    /// <summary>Why KILL QUERY was sent for the command that runs: its limit, or a token. The server's answer may come later.</summary>
    private Exception? _interruption;

    /// <summary>Goes before every command: a kill that came too late for the last one would hit this one, if nothing came between.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_interruption is not null && !IsBroken)
        {
            _interruption = null;
            Task absorbs = RunAsync(() => NonQueryAsync("DO SLEEP(0)"), timeoutSeconds: 1, CancellationToken.None);
            await absorbs.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async Task<int> ExecuteAsync(string sql, int timeoutSeconds, CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken);
        return await RunAsync(() => NonQueryAsync(sql), timeoutSeconds, cancellationToken);
    }

    /// <summary>
    /// Runs one step of a command, within its limit. Zero seconds are no limit. What is done is done, however late, also for a caller
    /// whose token is cancelled: a commit that the server acknowledged is reported.
    /// </summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> step, int timeoutSeconds, CancellationToken cancellationToken)
    {
        if (IsBroken)
        {
            throw new InvalidOperationException("Connection must be Open; current state is Broken");
        }

        var work = step();
        try
        {
            await work.WaitAsync(timeoutSeconds == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(timeoutSeconds), cancellationToken);
        }
        catch (Exception e) when ((e is OperationCanceledException or TimeoutException) && !work.IsCompleted)
        {
            await InterruptAsync(e, work);
        }
        catch (Exception)
        {
            // The step's own failure: read from the task below.
        }

        if (work is { IsCompletedSuccessfully: true, Result: not null })
        {
            return work.Result;
        }

        // Without an exception and without a result: MySql.Data's way to say that the server aborted the query.
        var failure = work.IsFaulted ? Failure(work.Exception.InnerException!) : work.IsCompleted ? MySqlException.Interrupted() : null;
        throw _interruption switch
        {
            TimeoutException when failure is null or { ErrorCode: MySqlErrorCode.None or MySqlErrorCode.QueryInterrupted } => MySqlException.Timeout(failure),
            OperationCanceledException when failure is null or { ErrorCode: MySqlErrorCode.None or MySqlErrorCode.QueryInterrupted } =>
                new OperationCanceledException(_interruption.Message, failure, cancellationToken),
            _ => failure!,
        };
    }

    /// <summary>First KILL QUERY on a second connection, which leaves this one usable; when that does not help, the socket.</summary>
    public async Task InterruptAsync(Exception reason, Task work)
    {
        _interruption = reason;
        if (_settings.CancellationTimeout >= 0)
        {
            using var limit = new CancellationTokenSource(_settings.CancellationTimeout > 0 ? TimeSpan.FromSeconds(_settings.CancellationTimeout) : Timeout.InfiniteTimeSpan);
            await KillQueryAsync(work, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!work.IsCompleted)
        {
            Break(work);
        }
    }

    private async Task KillQueryAsync(Task work, CancellationToken cancellationToken)
    {
        var killer = await ConnectAsync(_settings, generation: 0, cancellationToken);
        try
        {
            await killer.ExecuteAsync($"KILL QUERY {_inner.ServerThread}", timeoutSeconds: 0, cancellationToken).WaitAsync(cancellationToken);
        }
        finally
        {
            _ = killer.DisposeAsync().AsTask();
        }

        await work.WaitAsync(cancellationToken);
    }

    private async Task<int> NonQueryAsync(string sql)
    {
        await using var command = new DataCommand(sql, _inner) { CommandTimeout = 0 };
        return await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private MySqlException Failure(Exception thrown)
    {
        var failure = MySqlException.From(thrown);
        if (_inner.State != ConnectionState.Open || (failure.Number == 0 && thrown.GetBaseException() is not DataException))
        {
            Break(Task.CompletedTask);
        }

        return failure;
    }
}
