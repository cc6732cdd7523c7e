using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using DataCommand = MySql.Data.MySqlClient.MySqlCommand;
using DataConnection = MySql.Data.MySqlClient.MySqlConnection;
using DataException = MySql.Data.MySqlClient.MySqlException;
using DataReader = MySql.Data.MySqlClient.MySqlDataReader;

namespace MySqlConnector;

/// <summary>One physical connection. Nothing that is awaited here outlives its limit: what does not end by itself loses its socket.</summary>
internal sealed class Session : IAsyncDisposable
{
    private static readonly byte[] ResetConnection = [1, 0, 0, 0, 0x1f];

    private readonly MySqlConnectionStringBuilder _settings;
    private readonly DataConnection _inner;
    private readonly DriverAccess _driver;

    private Session(MySqlConnectionStringBuilder settings)
    {
        _settings = settings;
        var translated = InnerSettings.From(settings);
        _inner = new DataConnection(translated.ConnectionString);
        _driver = new DriverAccess(translated);
    }

    public DataConnection Inner => _inner;

    public bool IsBroken { get; private set; }

    public int Generation { get; init; }

    public long OpenedAt { get; } = Stopwatch.GetTimestamp();

    public long UsedAt { get; set; }

    /// <summary>Connects and logs in. On cancellation the caller is free at once, and the attempt is ended behind it.</summary>
    public static async Task<Session> ConnectAsync(MySqlConnectionStringBuilder settings, int generation, CancellationToken cancellationToken)
    {
        var session = new Session(settings) { Generation = generation };
        var stop = new CancellationTokenSource();
        var connecting = session.ConnectAsync(stop.Token);
        try
        {
            await connecting.WaitAsync(cancellationToken);
            return session;
        }
        catch (OperationCanceledException)
        {
            _ = session.AbandonAsync(connecting, stop);
            throw;
        }
        catch (Exception failed)
        {
            session.Break(connecting);
            throw MySqlException.From(failed) is { ErrorCode: not (MySqlErrorCode.None or MySqlErrorCode.UnableToConnectToHost) } refused
                ? refused
                : MySqlException.CannotConnect($"Unable to connect to any of the specified MySQL hosts. ({failed.GetBaseException().Message})", failed);
        }
    }

    /// <summary>
    /// Runs one command of MySql.Data, within its limit. Zero seconds are no limit. What is done without waiting is done, even for a
    /// caller whose token is cancelled: an INSERT that the server acknowledged is reported.
    /// </summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> command, int timeoutSeconds, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(IsBroken, this);
        var work = command();
        Exception? late = null;
        try
        {
            await work.WaitAsync(timeoutSeconds == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(timeoutSeconds), cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException && !work.IsFaulted)
        {
            late = e;
            await InterruptAsync(work);
        }
        catch (Exception)
        {
            // The command's own failure: read from the task below.
        }

        MySqlException? failure = null;
        if (!work.IsCompletedSuccessfully)
        {
            failure = work.IsFaulted ? Failure(work.Exception.InnerException!) : null;
        }
        else if (work.Result is null)
        {
            // MySql.Data's way to say that the server aborted the query.
            failure = MySqlException.Interrupted();
        }
        else if (late is null || work.Result is not DataReader { FieldCount: > 0 } interrupted)
        {
            // A commit that made it after all has made it. But rows that come after KILL QUERY are no answer: SLEEP() says 1 then.
            return work.Result;
        }
        else
        {
            await interrupted.DisposeAsync();
        }

        throw late switch
        {
            null => failure!,
            TimeoutException => MySqlException.Timeout(failure),
            _ => new OperationCanceledException(late.Message, failure, cancellationToken),
        };
    }

    public Task<int> ExecuteAsync(string sql, int timeoutSeconds, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return RunAsync(
            async () =>
            {
                await using var command = new DataCommand(sql, _inner) { CommandTimeout = 0 };
                return await command.ExecuteNonQueryAsync(CancellationToken.None);
            },
            timeoutSeconds, cancellationToken);
    }

    /// <summary>COM_RESET_CONNECTION: the state of a new connection, without a new login. False when the connection is of no more use.</summary>
    public async Task<bool> TryResetAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _driver.Stream.WriteAsync(ResetConnection, cancellationToken);
            await _driver.Stream.FlushAsync(cancellationToken);
            var header = new byte[4];
            await _driver.Stream.ReadExactlyAsync(header, cancellationToken);
            header[3] = 0;
            var answer = new byte[BinaryPrimitives.ReadInt32LittleEndian(header)];
            await _driver.Stream.ReadExactlyAsync(answer, cancellationToken);
            IsBroken = answer is not [0, ..];
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            IsBroken = true;
        }
        catch (OperationCanceledException)
        {
            IsBroken = true;
            throw;
        }

        return !IsBroken;
    }

    /// <summary>Says goodbye to the server if it still listens, and closes the socket in any case.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!IsBroken)
        {
            var goodbye = _inner.CloseAsync();
            await goodbye.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Break(Task.CompletedTask);
    }

    /// <summary>Closes the socket under whatever is waiting on it, and cleans up when that has ended.</summary>
    public void Break(Task work)
    {
        IsBroken = true;
        _driver.Socket?.Close(0);
        _ = CleanAsync();

        async Task CleanAsync()
        {
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _inner.DisposeAsync();
        }
    }

    private async Task ConnectAsync(CancellationToken stop)
    {
        await _driver.OpenAsync(stop);
        _driver.GiveTo(_inner);
        await _inner.OpenAsync(CancellationToken.None);
        if (_settings.Keepalive > 0 && _driver.Socket is { } socket)
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)_settings.Keepalive);
        }
    }

    private async Task AbandonAsync(Task connecting, CancellationTokenSource stop)
    {
        try
        {
            await stop.CancelAsync();
        }
        catch (Exception)
        {
            // MySql.Data throws out of its own cancellation callback.
        }

        // While TCP itself is connecting there is no socket to close yet; the kernel ends that on its own.
        for (; !connecting.IsCompleted; await Task.WhenAny(connecting, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None)))
        {
            _driver.Socket?.Close(0);
        }

        Break(connecting);
        stop.Dispose();
    }

    /// <summary>First KILL QUERY on a second connection, which leaves this one usable; when that does not help, the socket.</summary>
    private async Task InterruptAsync(Task work)
    {
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

        await work.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (work.IsCompleted)
        {
            // A kill that came too late for its query would hit the next one; this is that one.
            await ExecuteAsync("DO SLEEP(0)", timeoutSeconds: 1, cancellationToken);
        }
    }

    private MySqlException Failure(Exception thrown)
    {
        var failure = MySqlException.From(thrown);
        if (_inner.State != System.Data.ConnectionState.Open || (failure.Number == 0 && thrown.GetBaseException() is not DataException))
        {
            Break(Task.CompletedTask);
        }

        return failure;
    }
}
