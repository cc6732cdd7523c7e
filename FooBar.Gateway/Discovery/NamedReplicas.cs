using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace FooBar.Gateway.Discovery;

/// <summary>
/// Makes each address that a host name resolves to a replica of its own, called by address and port. Never throws: YARP would
/// not start after a first failure and would look again only five minutes after a later one, which is why its own DNS
/// resolver is not used.
/// </summary>
internal sealed class NamedReplicas(
    IAddressLookup lookup, IOptions<GatewayOptions> options, TimeProvider time, ILogger<NamedReplicas> logger) : IDestinationResolver
{
    private readonly ConcurrentDictionary<string, FollowedName> _names = new(StringComparer.OrdinalIgnoreCase);

    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        if (options.Value.Discovery == ReplicaDiscovery.Configuration)
        {
            return new ResolvedDestinationCollection(destinations, changeToken: null);
        }

        var dns = options.Value.Dns;
        var names = destinations.Values
            .Select(destination => new Uri(destination.Address))
            .Where(IsByName)
            .Select(address => _names.GetOrAdd(address.IdnHost, host => new FollowedName(host, lookup, dns.TimeLimit, time, logger)))
            .Distinct();
        await Task.WhenAll(names.Select(name => name.RefreshAsync(cancellationToken)));

        var replicas = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, config) in destinations.SelectMany(ReplicasOf))
        {
            replicas.TryAdd(name, config);
        }

        var refresh = new CancellationTokenSource(dns.RefreshPeriod, time);
        return new ResolvedDestinationCollection(replicas, new CancellationChangeToken(refresh.Token));
    }

    private IEnumerable<KeyValuePair<string, DestinationConfig>> ReplicasOf(KeyValuePair<string, DestinationConfig> destination)
    {
        var address = new Uri(destination.Value.Address);
        if (!IsByName(address))
        {
            return [destination];
        }

        return _names[address.IdnHost].Addresses.Select(found =>
        {
            var replica = new UriBuilder(address) { Host = found.ToString() }.Uri;

            // Probes say the name, as requests do, because a replica may refuse hosts that it does not know.
            return KeyValuePair.Create(
                $"{replica.Host}:{replica.Port}",
                destination.Value with { Address = replica.AbsoluteUri, Host = address.Authority });
        });
    }

    private static bool IsByName(Uri address) => address.HostNameType == UriHostNameType.Dns;
}
