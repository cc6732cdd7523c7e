using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using DataConnection = MySql.Data.MySqlClient.MySqlConnection;

namespace MySqlConnector;

/// <summary>One physical connection. Nothing that is awaited here outlives its limit: what does not end by itself loses its socket.</summary>
internal sealed partial class Session : IAsyncDisposable
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

        // On the pool: what MySql.Data did before its first await must not hold up the limit below.
        var connecting = Task.Run(() => session.ConnectAsync(stop.Token), CancellationToken.None);
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
            throw failed is MySqlException unreadable
                ? unreadable
                : failed.GetBaseException() is AuthenticationException untrusted
                ? MySqlException.CannotConnect("SSL Authentication Error", untrusted)
                : MySqlException.From(failed) is { ErrorCode: not (MySqlErrorCode.None or MySqlErrorCode.UnableToConnectToHost) } refused
                ? refused
                : MySqlException.CannotConnect($"Unable to connect to any of the specified MySQL hosts. ({failed.GetBaseException().Message})", failed);
        }
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
            _interruption = null;
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
            var goodbye = Task.Run(() => _inner.CloseAsync());
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
            await Task.Run(() => _inner.DisposeAsync().AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
}
