using System.Net;
using System.Net.Sockets;
using FooBar.AppHost;
using FooBar.AppHost.Running;
using FooBar.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace FooBar.Tests.Unit.AppHost;

public sealed class FixedPortsTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _clock = new();
    private readonly List<string> _said = [];

    [Fact]
    public async Task Port_StaysTaken_IsRefusedWithItsHolderAndItsSetting()
    {
        using var holder = Hold(out var port);

        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => WaitAsync(port));

        Assert.StartsWith($"Port {port} is taken by ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith($"./run --FooBar:HttpPort={port + 1000}.", refused.Message, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
        {
            Assert.Contains($"process {Environment.ProcessId} (", refused.Message, StringComparison.Ordinal);
        }

        Assert.Single(_said);
    }

    [Fact]
    public async Task Port_IsGivenBackInTime_IsWaitedFor()
    {
        using var holder = Hold(out var port);

        await WaitAsync(port, _ => holder.Dispose());
    }

    [Fact]
    public async Task Ports_AllFree_AreNotSpokenOf()
    {
        await WaitAsync(FreePort.Next());

        Assert.Empty(_said);
    }

    [Fact]
    public void PortsOfGateways_TwoOfThem_HaveAManagementPortEach() =>
        Assert.Equal([8080, 8404, 8405, 8443], FixedPorts.Of(new AppHostSettings(), gateways: 2).Keys.Order());

    [Fact]
    public void PortsOfTheDashboard_NameTheSettingThatChangesThem()
    {
        var ports = FixedPorts.OfDashboard(Configuration(("ASPNETCORE_URLS", "http://localhost:18888"), ("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "http://localhost:18889")));

        Assert.Equal([KeyValuePair.Create(18888, "ASPNETCORE_URLS"), KeyValuePair.Create(18889, "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL")], ports);
    }

    [Fact]
    public void PortsOfTheDashboard_UnderTest_AreNone() =>
        Assert.Empty(FixedPorts.OfDashboard(Configuration(("ASPNETCORE_URLS", "http://localhost:18888"), ("DcpPublisher:RandomizePorts", "true"))));

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, string? (setting) => setting.Value)).Build();

    private static TcpListener Hold(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    // Time passes as fast as the machine allows.
    private async Task WaitAsync(int port, Action<string>? wait = null)
    {
        using var limit = new CancellationTokenSource(Bound);
        var waiting = new FixedPorts(new Dictionary<int, string> { [port] = "FooBar:HttpPort" }, _clock).WaitUntilFreeAsync(wait ?? _said.Add, limit.Token);
        while (!waiting.IsCompleted)
        {
            await Task.Yield();
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        await waiting;
    }
}
