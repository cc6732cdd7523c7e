using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace FooBar.Gateway.Listening;

/// <summary>Where ports listen, as the operator names it: <c>localhost</c>, <c>any</c>, or an IP address.</summary>
internal static class ListenAddress
{
    public static bool TryParse(string text, [NotNullWhen(true)] out IReadOnlyList<IPAddress>? addresses)
    {
        addresses = text switch
        {
            "localhost" => Loopback(),
            "any" => [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any],
            _ => IPAddress.TryParse(text, out var address) ? [address] : null,
        };
        return addresses is not null;
    }

    /// <summary>Both loopback addresses, because "localhost" resolves to either; containers often have but the first.</summary>
    public static IReadOnlyList<IPAddress> Loopback()
    {
        if (!Socket.OSSupportsIPv6)
        {
            return [IPAddress.Loopback];
        }

        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, port: 0));
            return [IPAddress.Loopback, IPAddress.IPv6Loopback];
        }
        catch (SocketException)
        {
            return [IPAddress.Loopback];
        }
    }
}
