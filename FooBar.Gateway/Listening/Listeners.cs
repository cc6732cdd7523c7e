using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FooBar.ServiceDefaults.Startup;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace FooBar.Gateway.Listening;

/// <summary>
/// The gateway's sockets. They are bound before the host starts, so that a port which is taken is one sentence for the
/// operator; Kestrel then collects each and listens on it. A bound socket that does not listen yet is sent nothing, and so
/// takes no connection from a gateway that shares the port.
/// </summary>
internal sealed class Listeners(IOptions<GatewayOptions> options) : IDisposable
{
    private readonly ConcurrentDictionary<EndPoint, Socket> _bound = new();
    private readonly ConcurrentDictionary<EndPoint, Socket> _shared = new();

    public IEnumerable<IPEndPoint> Http => On(options.Value.Address, options.Value.HttpPort);

    public IEnumerable<IPEndPoint> Https => On(options.Value.Address, options.Value.HttpsPort);

    public IEnumerable<IPEndPoint> Management => On(options.Value.ManagementAddress, options.Value.ManagementPort);

    public void Bind()
    {
        Bind(Http, nameof(GatewayOptions.HttpPort), nameof(GatewayOptions.Address), shared: SharedPort.IsSupported);
        Bind(Https, nameof(GatewayOptions.HttpsPort), nameof(GatewayOptions.Address), shared: SharedPort.IsSupported);
        Bind(Management, nameof(GatewayOptions.ManagementPort), nameof(GatewayOptions.ManagementAddress), shared: false);
    }

    public Socket Take(EndPoint endPoint) => _bound.TryRemove(endPoint, out var socket)
        ? socket
        : SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);

    /// <summary>The socket of a port that other gateways may share, or null.</summary>
    public Socket? FindShared(EndPoint endPoint) => _shared.GetValueOrDefault(endPoint);

    public void Dispose()
    {
        foreach (var socket in _bound.Values)
        {
            socket.Dispose();
        }
    }

    private static IEnumerable<IPEndPoint> On(string text, int port) => ListenAddress.TryParse(text, out var addresses)
        ? addresses.Select(address => new IPEndPoint(address, port))
        : [];

    private void Bind(IEnumerable<IPEndPoint> endPoints, string portKey, string addressKey, bool shared)
    {
        foreach (var endPoint in endPoints)
        {
            var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            _bound[endPoint] = socket;
            try
            {
                if (shared)
                {
                    SharedPort.Allow(socket);
                    _shared[endPoint] = socket;
                }

                if (endPoint.Address.Equals(IPAddress.IPv6Any))
                {
                    socket.DualMode = true;
                }

                socket.Bind(endPoint);
            }
            catch (SocketException failure)
            {
                throw new StartupException(Explain(failure, endPoint, portKey, addressKey), failure);
            }
        }
    }

    private static string Explain(SocketException failure, IPEndPoint endPoint, string key, string addressKey) => failure.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"another program listens on {endPoint} (Gateway:{key}): end it, or set Gateway__{key} to a free port.",
        SocketError.AddressNotAvailable =>
            $"{endPoint.Address} is no address of this machine: set Gateway__{addressKey} to localhost, any, or one that is.",
        SocketError.AccessDenied =>
            $"this user may not listen on {endPoint} (Gateway:{key}): set Gateway__{key} to a port above 1023.",
        _ => $"listening on {endPoint} (Gateway:{key}) failed, {failure.Message}: set Gateway__{key} to another port.",
    };
}
