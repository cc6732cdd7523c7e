using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Dashboard;

/// <summary>Where the dashboard listens: <c>ASPNETCORE_URLS</c>, which the AppHost's launch profile sets, and loopback only.</summary>
internal sealed record DashboardAddress(Uri Url)
{
    public const string Remedy = "Start the AppHost with --ASPNETCORE_URLS=http://localhost:PORT, or change applicationUrl in its Properties/launchSettings.json.";

    /// <exception cref="DistributedApplicationException">None of the addresses is HTTP on loopback.</exception>
    public static DashboardAddress From(IConfiguration configuration)
    {
        var addresses = configuration["ASPNETCORE_URLS"] is { Length: > 0 } configured ? configured : "http://localhost:18888";
        foreach (var address in addresses.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Uri.TryCreate(address, UriKind.Absolute, out var url) && url is { Scheme: "http", IsLoopback: true })
            {
                return new DashboardAddress(url);
            }
        }

        throw new DistributedApplicationException($"The dashboard listens on http and loopback only, and ASPNETCORE_URLS is '{addresses}'. {Remedy}");
    }

    public void Bind(KestrelServerOptions kestrel)
    {
        if (IPAddress.TryParse(Url.DnsSafeHost, out var address))
        {
            kestrel.Listen(address, Url.Port);
        }
        else if (Url.Port == 0)
        {
            kestrel.Listen(IPAddress.Loopback, 0);
        }
        else
        {
            kestrel.ListenLocalhost(Url.Port);
        }
    }
}
