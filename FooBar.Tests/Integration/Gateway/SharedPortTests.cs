using System.Net;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Gateway;

namespace FooBar.Tests.Integration.Gateway;

public sealed class SharedPortTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task TwoGateways_OnOnePort_BothGetConnectionsAndTheOtherGetsAllAfterAKill()
    {
        // Each gateway has a replica of its own, so that the answer tells which gateway was reached.
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var web2 = await TestReplica.StartNewAsync("web-2");
        await using var gateway1 = await StartGatewayAsync(web1, FreePort.Next(), FreePort.Next());
        await using var gateway2 = await StartGatewayAsync(web2, gateway1.Setup.HttpPort, gateway1.Setup.HttpsPort);
        using var client = TestClient.NewWithFreshConnections();
        using var limit = new CancellationTokenSource(Limit);

        var reached = new HashSet<string>();
        for (var i = 0; i < 200 && reached.Count < 2; i++)
        {
            reached.Add((await client.AskAsync(gateway1.Http, limit.Token)).ServedBy);
        }

        Assert.Equal(["web-1", "web-2"], reached.Order());

        await gateway1.KillAsync();

        for (var i = 0; i < 200; i++)
        {
            Assert.Equal((HttpStatusCode.OK, "web-2"), await client.AskAsync(gateway1.Http, limit.Token));
        }
    }

    [Fact]
    public async Task TwoGateways_StartedAtOnce_PresentTheSameCertificate()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        var port = FreePort.Next();
        var starts = new[] { StartGatewayAsync(web1, port, FreePort.Next()), StartGatewayAsync(web1, port, FreePort.Next()) };
        await using var gateway1 = await starts[0];
        await using var gateway2 = await starts[1];

        var first = await PresentedThumbprintAsync(gateway1.Https);
        var second = await PresentedThumbprintAsync(gateway2.Https);

        Assert.Equal(first, second);
    }

    private Task<GatewayProcess> StartGatewayAsync(TestReplica replica, int httpPort, int httpsPort) => GatewayProcess.StartAsync(new GatewaySetup
    {
        DataFolder = _data.Path,
        HttpPort = httpPort,
        HttpsPort = httpsPort,
        Environment = GatewaySetup.Forwarding(replica),
    });

    private static async Task<string> PresentedThumbprintAsync(Uri address)
    {
        var thumbprint = "";
        using var client = TestClient.New(certificate => thumbprint = certificate.GetCertHashString());
        using var response = await client.GetAsync(address);

        response.EnsureSuccessStatusCode();
        return thumbprint;
    }
}
