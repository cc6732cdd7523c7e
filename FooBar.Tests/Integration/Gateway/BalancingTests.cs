using System.Net;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Gateway;

namespace FooBar.Tests.Integration.Gateway;

public sealed class BalancingTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task RoundRobin_HundredRequests_AreSharedFiftyToFifty()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var web2 = await TestReplica.StartNewAsync("web-2");
        await using var gateway = await GatewayProcess.StartAsync(new GatewaySetup
        {
            DataFolder = _data.Path,
            Environment = GatewaySetup.Forwarding(web1, web2),
        });
        using var client = TestClient.New();
        using var limit = new CancellationTokenSource(Limit);

        var servedBy = new List<string>();
        for (var i = 0; i < 100; i++)
        {
            var (status, name) = await client.AskAsync(gateway.Http, limit.Token);
            Assert.Equal(HttpStatusCode.OK, status);
            servedBy.Add(name);
        }

        Assert.Equal(50, servedBy.Count(name => name == "web-1"));
        Assert.Equal(50, servedBy.Count(name => name == "web-2"));
        Assert.Equal((50, 50), (web1.Requests, web2.Requests));
    }

    [Fact]
    public async Task NewGateway_OneReplicaDownFromTheStart_NeverSendsItARequest()
    {
        await using var web1 = new TestReplica("web-1");
        await using var web2 = await TestReplica.StartNewAsync("web-2");
        await using var gateway = await GatewayProcess.StartAsync(new GatewaySetup
        {
            DataFolder = _data.Path,
            Environment = GatewaySetup.Forwarding(web1, web2),
        });
        using var client = TestClient.New();
        using var limit = new CancellationTokenSource(Limit);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal((HttpStatusCode.OK, "web-2"), await client.AskAsync(gateway.Http, limit.Token));
        }
    }

    [Fact]
    public async Task ServedBy_ClaimedByTheClient_ChangesNothing()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var gateway = await GatewayProcess.StartAsync(new GatewaySetup
        {
            DataFolder = _data.Path,
            Environment = GatewaySetup.Forwarding(web1),
        });
        using var client = TestClient.New();
        client.DefaultRequestHeaders.Add("X-Served-By", "web-9");
        using var limit = new CancellationTokenSource(Limit);

        Assert.Equal((HttpStatusCode.OK, "web-1"), await client.AskAsync(gateway.Http, limit.Token));
    }
}
