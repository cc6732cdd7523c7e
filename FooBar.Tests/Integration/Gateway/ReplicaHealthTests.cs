using System.Net;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Gateway;

namespace FooBar.Tests.Integration.Gateway;

/// <summary>
/// Promised are 2 s until a stopped replica is out and 3 s until a returned one is back; the bounds here leave room for a
/// machine that runs the rest of the suite as well.
/// </summary>
public sealed class ReplicaHealthTests : IDisposable
{
    private static readonly TimeSpan OutWithin = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan BackWithin = TimeSpan.FromSeconds(6);

    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task StoppedReplica_AfterTheNextProbe_IsOutAndComesBackWhenItReturns()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var web2 = await TestReplica.StartNewAsync("web-2");
        await using var gateway = await StartGatewayAsync(web1, web2);
        using var client = TestClient.New();

        await web1.DropAsync();
        await Eventually.Within(OutWithin, () => Assert.Contains("web-1 is out", gateway.Output, StringComparison.Ordinal));
        await OnlyServesAsync(client, gateway.Http, "web-2", CancellationToken.None);

        await web1.StartAsync();
        await Eventually.Within(BackWithin, async ct => (await client.AskAsync(gateway.Http, ct)).ServedBy == "web-1");
    }

    [Fact]
    public async Task DroppedReplica_BeforeAnyProbe_CostsNoRequest()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var web2 = await TestReplica.StartNewAsync("web-2");
        await using var gateway = await StartGatewayAsync(web1, web2);
        using var client = TestClient.New();

        await web1.DropAsync();

        for (var request = 0; request < 20; request++)
        {
            using var posted = await client.PostAsync(gateway.Http, content: null);
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), ((await client.AskAsync(gateway.Http, CancellationToken.None)).Status, posted.StatusCode));
        }
    }

    [Fact]
    public async Task ReplicaWhoseHostIsGone_BeforeAnyProbe_CostsNoRequest()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var web2 = await TestReplica.StartNewAsync("web-2");
        await using var gateway = await StartGatewayAsync(web1, web2);
        using var client = TestClient.New();

        await web1.DropAsync();
        using var gone = new SilentPort(new IPEndPoint(IPAddress.Loopback, web1.Address.Port));

        // All at once, so that half of them meet it before a probe does.
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(number =>
            number % 3 == 0 ? client.PostAsync(gateway.Http, content: null) : client.GetAsync(gateway.Http)));
        Assert.All(answers, answer =>
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            answer.Dispose();
        });
        await Eventually.Within(TimeSpan.FromSeconds(10), () => Assert.Contains("web-1 did not answer", gateway.Output, StringComparison.Ordinal));
        Assert.Equal(12, web2.Requests);
    }

    [Fact]
    public async Task DroppedReplica_BesideOneThatProbesCallUnhealthy_CostsNoRequest()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var web2 = await TestReplica.StartNewAsync("web-2");
        await using var gateway = await StartGatewayAsync(web1, web2);
        using var client = TestClient.New();
        web2.IsReady = false;
        await Eventually.Within(OutWithin, () => Assert.Contains("web-2 is out", gateway.Output, StringComparison.Ordinal));

        await web1.DropAsync();

        Assert.Equal((HttpStatusCode.OK, "web-2"), await client.AskAsync(gateway.Http, CancellationToken.None));
    }

    [Fact]
    public async Task HangingReplica_AfterAProbeTimedOut_IsOut()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var web2 = await TestReplica.StartNewAsync("web-2");
        await using var gateway = await StartGatewayAsync(web1, web2);
        using var client = TestClient.New();
        client.Timeout = TimeSpan.FromSeconds(1);

        web1.Hangs = true;

        await Eventually.Within(OutWithin, ct => OnlyServesAsync(client, gateway.Http, "web-2", ct));
    }

    [Fact]
    public async Task DegradedReplica_BesideOneThatIsWell_IsOutUntilBothAre()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var web2 = await TestReplica.StartNewAsync("web-2");
        await using var gateway = await StartGatewayAsync(web1, web2);
        using var client = TestClient.New();

        web1.IsDegraded = true;
        await Eventually.Within(OutWithin, ct => OnlyServesAsync(client, gateway.Http, "web-2", ct));

        web2.IsDegraded = true;
        await Eventually.Within(BackWithin, async ct => (await client.AskAsync(gateway.Http, ct)).ServedBy == "web-1");
    }

    [Fact]
    public async Task UnreadyReplica_ThatStillAnswers_IsOut()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var web2 = await TestReplica.StartNewAsync("web-2");
        await using var gateway = await StartGatewayAsync(web1, web2);
        using var client = TestClient.New();

        web1.IsReady = false;
        await Eventually.Within(OutWithin, ct => OnlyServesAsync(client, gateway.Http, "web-2", ct));

        web1.IsReady = true;
        await Eventually.Within(BackWithin, async ct => (await client.AskAsync(gateway.Http, ct)).ServedBy == "web-1");
    }

    [Fact]
    public async Task AllReplicasUnready_RequestsAreStillTried()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var gateway = await StartGatewayAsync(web1);
        using var client = TestClient.New();

        web1.IsReady = false;
        await Eventually.Within(OutWithin, () => Assert.Contains("web-1 is out", gateway.Output, StringComparison.Ordinal));

        using var limit = new CancellationTokenSource(OutWithin);
        Assert.Equal((HttpStatusCode.OK, "web-1"), await client.AskAsync(gateway.Http, limit.Token));
    }

    [Fact]
    public async Task GatewayHealth_WithoutAHealthyReplica_IsDegradedAndStaysInService()
    {
        await using var web1 = new TestReplica("web-1");
        await using var gateway = await StartGatewayAsync(web1);
        using var client = TestClient.New();

        Assert.Equal(
            """{"status":"degraded","checks":{"self":"healthy","accepting":"healthy","replicas":"degraded"}}""",
            await client.GetStringAsync(new Uri(gateway.Management, "/health")));

        await web1.StartAsync();
        await Eventually.Within(BackWithin, async ct => Assert.Equal(
            """{"status":"healthy","checks":{"self":"healthy","accepting":"healthy","replicas":"healthy"}}""",
            await client.GetStringAsync(new Uri(gateway.Management, "/health"), ct)));
    }

    private Task<GatewayProcess> StartGatewayAsync(params TestReplica[] replicas) => GatewayProcess.StartAsync(new GatewaySetup
    {
        DataFolder = _data.Path,
        Environment = GatewaySetup.Forwarding(replicas),
    });

    private static async Task OnlyServesAsync(HttpClient client, Uri address, string replica, CancellationToken ct)
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal((HttpStatusCode.OK, replica), await client.AskAsync(address, ct));
        }
    }
}
