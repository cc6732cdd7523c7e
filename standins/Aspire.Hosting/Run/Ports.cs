using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Run;

/// <summary>
/// Decides where each endpoint is before anything starts. There is no proxy: the port that others use is the one that the
/// process listens on, or that the engine publishes. A free port is held until its owner starts, so that nobody else gets it.
/// </summary>
internal sealed class Ports(IConfiguration configuration) : IDisposable
{
    // Below the range from which the kernel takes the ports of outgoing connections: one of those would block a restart.
    private const int First = 20_000, Last = 29_999;

    private readonly Dictionary<int, List<Socket>> _held = [];
    private readonly bool _randomize = configuration.GetValue<bool>("DcpPublisher:RandomizePorts");

    public void Allocate(IResourceWithEndpoints resource)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            var wanted = endpoint.IsProxied && _randomize ? null : endpoint.Port;
            var (host, target) = resource.IsContainer()
                ? (wanted ?? Hold(), endpoint.TargetPort ?? throw Invalid(resource, endpoint, "needs a targetPort"))
                : Listening(resource, endpoint, wanted);
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", host, target.ToString(CultureInfo.InvariantCulture));
            var onNetwork = endpoint.AllAllocatedEndpoints.SnapshotFor(KnownNetworkIdentifiers.DefaultAspireContainerNetwork);
            if (resource.IsContainer())
            {
                onNetwork.SetValue(new AllocatedEndpoint(endpoint, resource.Name, target, target.ToString(CultureInfo.InvariantCulture)));
            }
            else
            {
                onNetwork.SetException(new DistributedApplicationException($"A container cannot reach '{resource.Name}', which runs on the host: the stand-in has no tunnel for that."));
            }
        }
    }

    /// <summary>Throws when a port that was asked for is somebody else's. Resources of one AppHost may share one.</summary>
    public void ThrowIfTaken(IEnumerable<IResourceWithEndpoints> resources)
    {
        var taken = resources.SelectMany(r => r.Annotations.OfType<EndpointAnnotation>().Select(e => (Resource: r, Endpoint: e, e.AllocatedEndpoint!.Port)))
            .DistinctBy(p => p.Port).Where(p => !_held.ContainsKey(p.Port) && !IsFree(p.Port))
            .Select(p => $"port {p.Port} of '{p.Resource.Name}' (endpoint '{p.Endpoint.Name}') is taken by {PortHolder.Find(p.Port) ?? "another process"}").ToArray();
        if (taken.Length > 0)
        {
            throw new DistributedApplicationException($"{char.ToUpperInvariant(taken[0][0])}{string.Join("; ", taken)[1..]}. End that, or configure another port for the endpoint.");
        }
    }

    /// <summary>Lets go of the ports of a resource that is about to listen on them.</summary>
    public void Release(IResource resource)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            lock (_held)
            {
                if (endpoint.AllocatedEndpoint is { Port: var port } && _held.Remove(port, out var sockets))
                {
                    sockets.ForEach(s => s.Dispose());
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_held)
        {
            foreach (var socket in _held.Values.SelectMany(s => s))
            {
                socket.Dispose();
            }

            _held.Clear();
        }
    }

    private (int Host, int Target) Listening(IResource resource, EndpointAnnotation endpoint, int? wanted)
    {
        if (endpoint is { IsProxied: false, Port: null })
        {
            throw Invalid(resource, endpoint, "needs a port, because it is not proxied");
        }

        if (wanted is not null && endpoint.TargetPort is { } fixedTarget && fixedTarget != wanted)
        {
            throw Invalid(resource, endpoint, $"asks for port {wanted} in front of target port {fixedTarget}: the stand-in has no proxy, leave one of them out");
        }

        var port = endpoint.TargetPort ?? wanted ?? Hold();
        return (port, port);
    }

    private int Hold()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(First, Last + 1);
            if (TryBind(port) is { } sockets)
            {
                lock (_held)
                {
                    _held.Add(port, sockets);
                }

                return port;
            }
        }

        throw new DistributedApplicationException($"No free port was found between {First} and {Last}.");
    }

    private static bool IsFree(int port)
    {
        var sockets = TryBind(port);
        sockets?.ForEach(s => s.Dispose());
        return sockets is not null;
    }

    // Both loopback addresses: "localhost" is either.
    private static List<Socket>? TryBind(int port)
    {
        List<Socket> sockets = [];
        try
        {
            foreach (var address in Socket.OSSupportsIPv6 ? new[] { IPAddress.Loopback, IPAddress.IPv6Loopback } : [IPAddress.Loopback])
            {
                var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                socket.Bind(new IPEndPoint(address, port));
            }

            return sockets;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            return sockets;
        }
        catch (SocketException)
        {
            sockets.ForEach(s => s.Dispose());
            return null;
        }
    }

    private static DistributedApplicationException Invalid(IResource resource, EndpointAnnotation endpoint, string problem) =>
        new($"Endpoint '{endpoint.Name}' of '{resource.Name}' {problem}.");
}
