using System.Net;
using System.Net.Http.Json;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Gateway;

namespace FooBar.Tests.Integration.Gateway;

public sealed class ForwardedHeadersTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task ForgedHeaders_OfAClient_NeverReachAReplica()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var gateway = await StartGatewayAsync(web1);
        using var client = TestClient.New();
        (string Name, string Value)[] forged =
        [
            ("X-Forwarded-For", "6.6.6.6"), ("x-forwarded-proto", "gopher"), ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Port", "666"), ("X-Forwarded-Prefix", "/evil"), ("X-Forwarded-Server", "evil"), ("X-Forwarded", "for=6.6.6.6"),
            ("Forwarded", "for=6.6.6.6;proto=https"), ("X-Real-IP", "6.6.6.6"), ("X-Original-URL", "/evil"),
            ("X-Original-For", "6.6.6.6"), ("X-Original-Host", "evil.example"),
        ];
        foreach (var (name, value) in forged)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }

        var seen = await client.GetFromJsonAsync<SeenRequest>(gateway.Http);

        Assert.NotNull(seen);
        Assert.DoesNotContain(seen.Headers.Values, value => forged.Any(header => header.Value == value));
        Assert.Equal(
            ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"],
            seen.Headers.Keys.Where(name => name.StartsWith("X-", StringComparison.OrdinalIgnoreCase)).Order());
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Replica_BehindTheGateway_SeesSchemeHostAndAddressOfTheClient(string scheme)
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var gateway = await StartGatewayAsync(web1);
        using var client = TestClient.New();
        client.DefaultRequestHeaders.Host = "www.foobar.com";

        var seen = await client.GetFromJsonAsync<SeenRequest>(scheme == "https" ? gateway.Https : gateway.Http);

        Assert.NotNull(seen);
        Assert.Equal((scheme, "www.foobar.com"), (seen.Scheme, seen.Host));
        Assert.Equal("www.foobar.com", seen.Headers["Host"]);
        Assert.True(IPAddress.IsLoopback(IPAddress.Parse(seen.Client)), $"the client is {seen.Client}");
    }

    private Task<GatewayProcess> StartGatewayAsync(TestReplica replica) => GatewayProcess.StartAsync(new GatewaySetup
    {
        DataFolder = _data.Path,
        Environment = GatewaySetup.Forwarding(replica),
    });
}
