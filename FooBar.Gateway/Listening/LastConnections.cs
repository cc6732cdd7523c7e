using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace FooBar.Gateway.Listening;

/// <summary>
/// Kestrel's sockets, with a gentler end on a shared port. Closing a listening socket resets the connections that the kernel
/// has given to it and Kestrel has not accepted yet, while another gateway could have had them. So the socket first goes deaf
/// for new ones, and what has arrived until then is accepted before the port closes.
/// </summary>
internal sealed class LastConnections(SocketTransportFactory sockets, Listeners listeners, TimeProvider time) : IConnectionListenerFactory
{
    /// <summary>Long enough for a busy accept loop; under the second after which a client repeats an unanswered attempt.</summary>
    private static readonly TimeSpan AcceptFor = TimeSpan.FromMilliseconds(300);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var shared = listeners.FindShared(endpoint);
        var listener = await sockets.BindAsync(endpoint, cancellationToken);
        return shared is null ? listener : new Listener(listener, shared, time);
    }

    private sealed class Listener(IConnectionListener listener, Socket socket, TimeProvider time) : IConnectionListener
    {
        public EndPoint EndPoint => listener.EndPoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => listener.AcceptAsync(cancellationToken);

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            if (SharedPort.TryIgnoreNewConnections(socket))
            {
                await Task.Delay(AcceptFor, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await listener.UnbindAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => listener.DisposeAsync();
    }
}
