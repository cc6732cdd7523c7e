using System.Net;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Gateway;

namespace FooBar.Tests.Integration.Gateway;

/// <summary>
/// A gateway, the system's resolver and a name server as they work together in production. The replicas share a port, as
/// pods do, and differ in their loopback address.
/// </summary>
public sealed class DnsDiscoveryTests : IAsyncLifetime
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder _data = new();
    private readonly int _port = FreePort.Next();
    private readonly HttpClient _client = TestClient.New();
    private TestReplica _web1 = null!;
    private TestReplica _web2 = null!;

    public async Task InitializeAsync()
    {
        _web1 = await TestReplica.StartNewAsync("web-1", endpoint: new IPEndPoint(Pod(1), _port));
        _web2 = await TestReplica.StartNewAsync("web-2", endpoint: new IPEndPoint(Pod(2), _port));
    }

    public async Task DisposeAsync()
    {
        await _web1.DisposeAsync();
        await _web2.DisposeAsync();
        _client.Dispose();
        _data.Dispose();
    }

    [OwnResolverFact]
    public async Task Replicas_ComingAndGoingInDns_AreFollowedAndKeepWhatIsUnderWay()
    {
        await using var dns = new TestDnsServer(_data.Path);
        dns.Resolve(Pod(1));
        await using var gateway = await StartGatewayAsync(dns);
        await ServesAsync(gateway, "web-1");

        dns.Resolve(Pod(2), Pod(1));
        await Eventually.Within(Within, ct => ServesAsync(gateway, "web-1", "web-2"));
        await Eventually.Within(
            Within, () => Assert.Contains($"127.77.0.2:{_port} is healthy", gateway.Output, StringComparison.Ordinal));

        using var limit = new CancellationTokenSource(Within);
        var before = _web1.Requests;
        var underWay = Enumerable.Range(0, 2).Select(_ => _client.AskAsync(new Uri(gateway.Http, "/?delay=5000"), limit.Token)).ToList();
        await Eventually.Within(Within, () => Assert.Equal(before + 1, _web1.Requests));
        dns.Resolve(Pod(2));
        await Eventually.Within(Within, ct => ServesAsync(gateway, "web-2"));
        Assert.All(underWay, request => Assert.False(request.IsCompleted));

        var answers = await Task.WhenAll(underWay);
        Assert.Equal([(HttpStatusCode.OK, "web-1"), (HttpStatusCode.OK, "web-2")], answers.OrderBy(answer => answer.ServedBy));
    }

    [OwnResolverFact]
    public async Task NameServer_ThatFailsOrIsSilentOrKnowsNobody_LeavesTheReplicasInUse()
    {
        await using var dns = new TestDnsServer(_data.Path);
        dns.Resolve(Pod(1), Pod(2));
        await using var gateway = await StartGatewayAsync(dns);

        foreach (var mood in new[] { DnsMood.Failing, DnsMood.Silent, DnsMood.Answering })
        {
            dns.Resolve();
            dns.Mood = mood;
            var asked = dns.Questions;

            // A lookup asks twice, for A and AAAA: with six questions one lookup has begun and ended like this.
            await Eventually.Within(Within, () => Assert.True(dns.Questions >= asked + 6));
            await ServesAsync(gateway, "web-1", "web-2");
            Assert.Single(gateway.Output.Split('\n'), line => line.Contains("does not resolve", StringComparison.Ordinal));
        }

        dns.Resolve(Pod(2));
        await Eventually.Within(Within, ct => ServesAsync(gateway, "web-2"));
    }

    [OwnResolverFact]
    public async Task NewGateway_NameThatDoesNotResolveYet_StartsAndServesAsSoonAsItDoes()
    {
        await using var dns = new TestDnsServer(_data.Path) { Mood = DnsMood.Silent };
        await using var gateway = await StartGatewayAsync(dns, HttpStatusCode.ServiceUnavailable);
        using var limit = new CancellationTokenSource(Within);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, ""), await _client.AskAsync(gateway.Http, limit.Token));

        dns.Resolve(Pod(1));
        dns.Mood = DnsMood.Answering;

        await Eventually.Within(Within, ct => ServesAsync(gateway, "web-1"));
        using var management = new HttpClient();
        using var ready = await management.GetAsync(new Uri(gateway.Management, "/health"), limit.Token);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    private static IPAddress Pod(byte number) => new([127, 77, 0, number]);

    private Task<GatewayProcess> StartGatewayAsync(TestDnsServer dns, HttpStatusCode health = HttpStatusCode.OK) => GatewayProcess.StartAsync(new GatewaySetup
    {
        DataFolder = _data.Path,
        ResolverFile = dns.ResolverFile,
        Environment = new Dictionary<string, string>
        {
            ["Gateway__Discovery"] = "Dns",
            ["services__web__http__0"] = $"http://web.foobar.test:{_port}",
        },
    }, health);

    /// <summary>Ten requests in a row are shared by exactly these.</summary>
    private async Task ServesAsync(GatewayProcess gateway, params string[] replicas)
    {
        using var limit = new CancellationTokenSource(Within);
        var servedBy = new HashSet<string>();
        for (var i = 0; i < 10; i++)
        {
            var (status, name) = await _client.AskAsync(gateway.Http, limit.Token);
            Assert.Equal(HttpStatusCode.OK, status);
            servedBy.Add(name);
        }

        Assert.Equal(replicas, servedBy.Order());
    }
}
