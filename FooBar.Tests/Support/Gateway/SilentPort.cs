using System.Net;
using System.Net.Sockets;

namespace FooBar.Tests.Support.Gateway;

/// <summary>A port that neither accepts nor refuses a connection, as that of a host that is gone: its queue is full and nobody takes from it.</summary>
internal sealed class SilentPort : IDisposable
{
    private readonly List<Socket> _sockets = [];

    public SilentPort(IPEndPoint endpoint)
    {
        var listener = Add(new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(endpoint);
        listener.Listen(backlog: 0);
        for (var waiting = 0; waiting < 4; waiting++)
        {
            _ = Add(new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp)).ConnectAsync(endpoint).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private Socket Add(Socket socket)
    {
        _sockets.Add(socket);
        return socket;
    }
}
