using System.Net;
using System.Net.Sockets;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Gateway;

namespace FooBar.Tests.Integration.Gateway;

public sealed class StartupTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Log_OfAnUneventfulLife_HasNoWarningAndNoLinePerRequest()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var gateway = await GatewayProcess.StartAsync(new GatewaySetup
        {
            DataFolder = _data.Path,
            Environment = GatewaySetup.Forwarding(web1).Concat(new Dictionary<string, string>
            {
                ["ASPNETCORE_URLS"] = "http://localhost:1",
                ["ASPNETCORE_HTTP_PORTS"] = "1",
                ["Shutdown__DrainFor"] = "0",
            }).ToDictionary(),
        });
        using var client = TestClient.New();
        await client.GetStringAsync(new Uri(gateway.Http, "/quiet"));
        await client.GetStringAsync(new Uri(gateway.Https, "/quiet"));

        Assert.Equal(0, await gateway.TerminateAsync());

        Assert.DoesNotContain("warn:", gateway.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", gateway.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("/quiet", gateway.Output, StringComparison.Ordinal);
        Assert.Contains("web-1 is healthy", gateway.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HttpPort")]
    [InlineData("HttpsPort")]
    [InlineData("ManagementPort")]
    public async Task PortOfAnotherProgram_IsOneLineWithTheRemedy(string key)
    {
        var port = FreePort.Next();
        using var other = new TcpListener(IPAddress.Loopback, port);
        other.Start();
        await using var web1 = new TestReplica("web-1");

        var (exitCode, output) = await GatewayProcess.RunToExitAsync(new GatewaySetup
        {
            DataFolder = _data.Path,
            Environment = GatewaySetup.Forwarding(web1).Append(KeyValuePair.Create($"Gateway__{key}", $"{port}")).ToDictionary(),
        });

        Assert.Equal(1, exitCode);
        Assert.Equal(
            $"Cannot start: another program listens on 127.0.0.1:{port} (Gateway:{key}): end it, or set Gateway__{key} to a free port.",
            output);
    }

    [Fact]
    public async Task WrongSettings_AreAllNamedAtOnce()
    {
        var (exitCode, output) = await GatewayProcess.RunToExitAsync(new GatewaySetup
        {
            DataFolder = _data.Path,
            HttpPort = 7,
            HttpsPort = 7,
            Environment = new Dictionary<string, string> { ["Gateway__Address"] = "nowhere" },
        });

        Assert.Equal(1, exitCode);
        var lines = output.Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.StartsWith("Cannot start: ", line, StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("Gateway:HttpPort and Gateway:HttpsPort are both 7", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("Gateway:Address is 'nowhere'", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("services__web-1__http__0", StringComparison.Ordinal));
    }
}
