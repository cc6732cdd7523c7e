using System.Collections;
using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

public record NetworkIdentifier(string Value);

public static class KnownNetworkIdentifiers
{
    public static readonly NetworkIdentifier LocalhostNetwork = new("localhost");

    public static readonly NetworkIdentifier DefaultAspireContainerNetwork = new("aspire-container-network");
}

/// <summary>An endpoint of a resource: what the AppHost asked for, and where it can be reached once it is allocated.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private string? _transport;
    private int? _port;
    private int? _targetPort;

    public EndpointAnnotation(ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null,
        int? port = null, int? targetPort = null, bool? isExternal = null, bool isProxied = true)
    {
        Protocol = protocol;
        UriScheme = uriScheme ?? protocol.ToString().ToLowerInvariant();
        Name = name ?? UriScheme;
        _transport = transport;
        _port = port;
        _targetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied;
    }

    public string Name { get; set; }
    public ProtocolType Protocol { get; set; }
    public string UriScheme { get; set; }
    public string TargetHost { get; set; } = "localhost";

    public string Transport { get => _transport ?? (UriScheme is "http" or "https" ? "http" : "tcp"); set => _transport = value; }

    public bool IsExternal { get; set; }
    public bool IsProxied { get; set; }

    public bool TlsEnabled { get => field || UriScheme == "https"; set; }

    /// <summary>The port that others use. Without a proxy in between it is the target port, and the other way round.</summary>
    public int? Port { get => _port ?? (IsProxied ? null : _targetPort); set => _port = value; }

    /// <summary>The port that the process or the container listens on.</summary>
    public int? TargetPort { get => _targetPort ?? (IsProxied ? null : _port); set => _targetPort = value; }

    public NetworkIdentifier DefaultNetworkID => KnownNetworkIdentifiers.LocalhostNetwork;

    public AllocatedEndpoint? AllocatedEndpoint
    {
        get => AllAllocatedEndpoints.Find(DefaultNetworkID);
        set => AllAllocatedEndpoints.AddOrUpdateAllocatedEndpoint(DefaultNetworkID, value ?? throw new ArgumentNullException(nameof(value)));
    }

    public NetworkEndpointSnapshotList AllAllocatedEndpoints { get; } = new();

    /// <summary>An endpoint whose port goes into a variable of its own is left out of ASPNETCORE_URLS.</summary>
    internal string? TargetPortEnvironmentVariable { get; set; }
}

public class AllocatedEndpoint(EndpointAnnotation endpoint, string address, int port, string? targetPortExpression = null)
{
    public EndpointAnnotation Endpoint { get; } = endpoint;
    public string Address { get; } = address;
    public int Port { get; } = port;
    public string? TargetPortExpression { get; } = targetPortExpression;

    public string UriScheme => Endpoint.UriScheme;

    public string EndPointString => $"{Address}:{Port}";

    public string UriString => $"{UriScheme}://{EndPointString}";

    public override string ToString() => UriString;
}

public sealed class ValueSnapshot<T> where T : class
{
    private readonly TaskCompletionSource _set = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile T? _value;

    public bool IsValueSet => _value is not null;

    internal T? Value => _value;

    public async Task<T> GetValueAsync(CancellationToken cancellationToken = default)
    {
        await _set.Task.WaitAsync(cancellationToken);
        return _value!;
    }

    public void SetValue(T value)
    {
        _value = value;
        _set.TrySetResult();
    }

    public void SetException(Exception exception) => _set.TrySetException(exception);
}

public record NetworkEndpointSnapshot(ValueSnapshot<AllocatedEndpoint> Snapshot, NetworkIdentifier NetworkID);

/// <summary>Where an endpoint is, seen from each network.</summary>
public class NetworkEndpointSnapshotList : IEnumerable<NetworkEndpointSnapshot>
{
    private readonly Lock _lock = new();
    private readonly List<NetworkEndpointSnapshot> _snapshots = [];

    public void AddOrUpdateAllocatedEndpoint(NetworkIdentifier networkId, AllocatedEndpoint endpoint) => SnapshotFor(networkId).SetValue(endpoint);

    public Task<AllocatedEndpoint> GetAllocatedEndpointAsync(NetworkIdentifier networkId, CancellationToken cancellationToken = default) =>
        SnapshotFor(networkId).GetValueAsync(cancellationToken);

    public IEnumerator<NetworkEndpointSnapshot> GetEnumerator()
    {
        lock (_lock)
        {
            return ((IEnumerable<NetworkEndpointSnapshot>)[.. _snapshots]).GetEnumerator();
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal AllocatedEndpoint? Find(NetworkIdentifier networkId) => SnapshotFor(networkId).Value;

    internal ValueSnapshot<AllocatedEndpoint> SnapshotFor(NetworkIdentifier networkId)
    {
        lock (_lock)
        {
            var found = _snapshots.Find(s => s.NetworkID == networkId);
            if (found is null)
            {
                _snapshots.Add(found = new NetworkEndpointSnapshot(new ValueSnapshot<AllocatedEndpoint>(), networkId));
            }

            return found.Snapshot;
        }
    }
}
