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

    private Task<GatewayProcess> StartGatewayAsync(TestReplica replica) => GatewayProcess.StartAsync(new GatewaySetup
    {
        DataFolder = _data.Path,
        Environment = GatewaySetup.Forwarding(replica),
    });
}
