using System.Net;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Gateway;

namespace FooBar.Tests.Integration.Gateway;

public sealed class ManagementPortTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task ManagementPort_ServesItsOwnEndpointsAndNothingOfTheSite()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var gateway = await StartGatewayAsync(web1);
        using var client = TestClient.New();

        Assert.Equal("""{"status":"healthy","checks":{"self":"healthy"}}""", await client.GetStringAsync(new Uri(gateway.Management, "/alive")));
        Assert.Equal((HttpStatusCode.NotFound, ""), await client.AskAsync(gateway.Management, CancellationToken.None));
        Assert.Equal(0, web1.Requests);
    }

    [Fact]
    public async Task PublicPort_WithTheManagementPortInTheHostHeader_IsStillTheSite()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var gateway = await StartGatewayAsync(web1);
        using var client = TestClient.New();
        client.DefaultRequestHeaders.Host = $"localhost:{gateway.Setup.ManagementPort}";

        Assert.Equal((HttpStatusCode.OK, "web-1"), await client.AskAsync(new Uri(gateway.Http, "/health"), CancellationToken.None));
    }

    [Theory]
    [InlineData("localhost", false)]
    [InlineData("any", true)]
    [InlineData("0.0.0.0", true)]
    public async Task ManagementPort_ListensWhereItIsTold(string address, bool answersElsewhere)
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var gateway = await StartGatewayAsync(web1, ("Gateway__ManagementAddress", address));
        using var client = TestClient.New();

        // On Linux the whole of 127.0.0.0/8 is this machine, and "localhost" only the first of it.
        var elsewhere = new Uri($"http://127.0.0.2:{gateway.Setup.ManagementPort}/alive");
        if (answersElsewhere || !OperatingSystem.IsLinux())
        {
            using var answer = await client.GetAsync(OperatingSystem.IsLinux() ? elsewhere : new Uri(gateway.Management, "/alive"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        else
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(elsewhere));
        }
    }

    private Task<GatewayProcess> StartGatewayAsync(TestReplica replica, params (string Name, string Value)[] settings) =>
        GatewayProcess.StartAsync(new GatewaySetup
        {
            DataFolder = _data.Path,
            Environment = GatewaySetup.Forwarding(replica).Concat(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))).ToDictionary(),
        });
}
