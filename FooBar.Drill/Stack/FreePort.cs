using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace FooBar.Drill.Stack;

/// <summary>
/// Ports for servers that must know theirs before they start. They lie below the range from which the system takes ports
/// for outgoing connections, so none of those can slip in between, and no port is given out twice in a run.
/// </summary>
public static class FreePort
{
    private const int First = 15_000;
    private const int Last = 32_000;

    private static readonly ConcurrentDictionary<int, bool> Taken = new();

    /// <summary>The first of <paramref name="count"/> TCP ports in a row that nobody listens on, on either loopback address.</summary>
    public static int Next(int count = 1)
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(First, Last);
            if (Enumerable.Range(port, count).All(candidate => Taken.TryAdd(candidate, true)
                && IsFree(IPAddress.Any, candidate) && (!Socket.OSSupportsIPv6 || IsFree(IPAddress.IPv6Any, candidate))))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No free TCP port between {First} and {Last}: end what occupies them, then start again.");
    }

    private static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
