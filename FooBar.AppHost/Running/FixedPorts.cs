using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace FooBar.AppHost.Running;

/// <summary>
/// The ports that are the same in every run: those of the gateways and of the dashboard. The orchestrator reports a taken one only in the
/// console of the resource that wanted it, so they are tried before anything starts.
/// </summary>
internal sealed class FixedPorts(IReadOnlyDictionary<int, string> settings, TimeProvider clock)
{
    /// <summary>After an AppHost that was killed the orchestrator needs up to 14 s to end what it had started.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private static readonly string[] DashboardAddresses = ["ASPNETCORE_URLS", "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"];

    /// <summary>The fixed ports of the gateways, each with the setting that changes it.</summary>
    public static Dictionary<int, string> Of(AppHostSettings settings, int gateways)
    {
        var ports = new Dictionary<int, string>();
        ports.TryAdd(settings.HttpPort, "FooBar:HttpPort");
        ports.TryAdd(settings.HttpsPort, "FooBar:HttpsPort");
        for (var gateway = 0; gateway < gateways; gateway++)
        {
            ports.TryAdd(settings.ManagementPort + gateway, "FooBar:ManagementPort");
        }

        return ports;
    }

    /// <summary>The fixed ports of the dashboard, each with the setting that changes it; none under test, where there is no dashboard.</summary>
    public static IEnumerable<KeyValuePair<int, string>> OfDashboard(IConfiguration configuration) => configuration.GetValue("DcpPublisher:RandomizePorts", false) ? [] : DashboardAddresses
        .SelectMany(key => (configuration[key] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(address => (key, address)))
        .Where(entry => Uri.TryCreate(entry.address, UriKind.Absolute, out var uri) && uri.Port > 0)
        .Select(entry => KeyValuePair.Create(new Uri(entry.address).Port, entry.key));

    /// <summary>Waits up to 20 s until all of them are free.</summary>
    /// <param name="wait">Called once, with the first taken port, before the wait begins.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StartRefusedException">Some are still taken; the message has a line for each.</exception>
    public async Task WaitUntilFreeAsync(Action<string> wait, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        for (var taken = Taken(); taken.Count > 0; taken = Taken())
        {
            if (clock.GetElapsedTime(began) is var elapsed && elapsed > Patience)
            {
                throw new StartRefusedException(string.Join('\n', taken.Select(port =>
                    $"Port {port} is taken by {PortHolder.Find(port)}: end it, or choose another port with ./run --{settings[port]}={Example(port)}.")));
            }

            if (elapsed < Interval)
            {
                wait($"Port {taken[0]} is taken by {PortHolder.Find(taken[0])}; waiting up to {Patience.TotalSeconds:0} s for it.");
            }

            await Task.Delay(Interval, clock, cancellationToken);
        }
    }

    private string Example(int port) => settings[port].EndsWith("Port", StringComparison.Ordinal) ? $"{port + 1000}" : $"http://localhost:{port + 1000}";

    private List<int> Taken() => [.. settings.Keys.Where(port => !IsFree(port)).Order()];

    private static bool IsFree(int port)
    {
        var address = Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (Socket.OSSupportsIPv6)
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
