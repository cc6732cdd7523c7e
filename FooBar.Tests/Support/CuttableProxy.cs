using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace FooBar.Tests.Support;

/// <summary>When a proxied connection is cut, as seen from a request.</summary>
public enum CutPoint
{
    /// <summary>The server never gets the request.</summary>
    BeforeRequest,

    /// <summary>The server has answered, and the client never gets the answer.</summary>
    BeforeAnswer,
}

/// <summary>
/// A TCP proxy in front of one server that breaks connections where a test says. It reads nothing: a request begins with the first
/// bytes from the client after bytes from the server, which holds for a protocol of questions and answers, encrypted or not.
/// </summary>
internal sealed class CuttableProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, TcpClient> _connections = new();
    private readonly ConcurrentDictionary<TcpClient, bool> _silenced = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _wasCut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _target;
    private Task _accepting = Task.CompletedTask;
    private CutPoint _point;
    private int _requestsLeft;

    private CuttableProxy(int target) => _target = target;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Completes when <see cref="CutAt"/> has cut.</summary>
    public Task WasCut => _wasCut.Task;

    public static CuttableProxy Start(int target)
    {
        var proxy = new CuttableProxy(target);
        proxy._listener.Start();
        proxy._accepting = proxy.AcceptAsync();
        return proxy;
    }

    /// <summary>Cuts every connection. New ones are accepted.</summary>
    public void Cut()
    {
        foreach (var (client, server) in _connections)
        {
            client.Close();
            server.Close();
        }
    }

    /// <summary>From now on no byte passes on the present connections, and nobody is told: a cable is out.</summary>
    public void Silence()
    {
        foreach (var connection in _silenced.Keys)
        {
            _silenced[connection] = true;
        }
    }

    /// <summary>Cuts once, at the given request from now on, counted from 1 over all connections.</summary>
    public void CutAt(int request, CutPoint point)
    {
        _point = point;
        Volatile.Write(ref _requestsLeft, request);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                _connections[client] = server;
                client.NoDelay = server.NoDelay = true;
                _silenced[client] = false;
                var connection = new Connection();
                await Task.WhenAny(
                    PumpAsync(client, server, () => _silenced[client], () => connection.ClientSpeaks(this)),
                    PumpAsync(server, client, () => _silenced[client], () => connection.ServerSpeaks(this)));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Then the client sees a closed connection.
            }
            finally
            {
                _connections.TryRemove(client, out _);
                _silenced.TryRemove(client, out _);
            }
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Func<bool> isSilenced, Func<bool> mayPass)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _stop.Token) is > 0 and var length && mayPass())
            {
                if (isSilenced())
                {
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, length), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // Cut by either side.
        }
    }

    private sealed class Connection
    {
        private bool _answered = true;
        private bool _cutBeforeAnswer;

        public bool ClientSpeaks(CuttableProxy proxy)
        {
            if (!_answered || Volatile.Read(ref proxy._requestsLeft) <= 0)
            {
                _answered = false;
                return true;
            }

            _answered = false;
            if (Interlocked.Decrement(ref proxy._requestsLeft) > 0)
            {
                return true;
            }

            _cutBeforeAnswer = proxy._point == CutPoint.BeforeAnswer;
            return _cutBeforeAnswer || Tell(proxy);
        }

        public bool ServerSpeaks(CuttableProxy proxy)
        {
            _answered = true;
            return !_cutBeforeAnswer || Tell(proxy);
        }

        private static bool Tell(CuttableProxy proxy)
        {
            proxy._wasCut.TrySetResult();
            return false;
        }
    }
}
