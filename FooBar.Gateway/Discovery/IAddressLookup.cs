using System.Net;

namespace FooBar.Gateway.Discovery;

internal interface IAddressLookup
{
    /// <summary>
    /// All addresses of a host, in any order. Takes no cancellation token because the system's resolver cannot be stopped:
    /// whoever calls bounds the wait.
    /// </summary>
    Task<IPAddress[]> FindAsync(string host);
}

/// <summary>As every program of this machine looks names up: hosts file, search domains and name servers of the system.</summary>
internal sealed class SystemLookup : IAddressLookup
{
    public Task<IPAddress[]> FindAsync(string host) => Dns.GetHostAddressesAsync(host);
}
