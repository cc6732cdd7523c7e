using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Gateway;
using Microsoft.AspNetCore.Mvc;

namespace FooBar.Tests.Integration.Gateway;

public sealed class GatewayAnswersTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task NobodyAnswers_AnApiClient_ReadsProblemDetailsThatNobodyServed()
    {
        await using var web1 = new TestReplica("web-1");
        await using var gateway = await StartGatewayAsync(web1);
        using var client = TestClient.New();

        using var response = await client.GetAsync(new Uri(gateway.Http, "/api/posts"));

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.False(response.Headers.Contains("X-Served-By"));
        var problem = await response.Content.ReadFromJsonAsync<ProblemDetails>();
        Assert.Equal((502, "The server could not be reached or broke off; please try again shortly."), (problem?.Status, problem?.Detail));
        Assert.Contains("No answer from web-1 to GET /api/posts, answered 502: Connection refused", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NobodyAnswers_ABrowser_ReadsAPage()
    {
        await using var web1 = new TestReplica("web-1");
        await using var gateway = await StartGatewayAsync(web1);
        using var client = TestClient.New();
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*", 0.8));

        using var response = await client.GetAsync(gateway.Http);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("<p>The server could not be reached", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SilentReplica_PastTheLimit_Is504()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var gateway = await StartGatewayAsync(web1, ("Gateway__SilenceLimit", "00:00:00.300"));
        using var client = TestClient.New();

        using var response = await client.GetAsync(new Uri(gateway.Http, "/?delay=10000"));

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.False(response.Headers.Contains("X-Served-By"));
    }

    private Task<GatewayProcess> StartGatewayAsync(TestReplica replica, params (string Name, string Value)[] settings) =>
        GatewayProcess.StartAsync(new GatewaySetup
        {
            DataFolder = _data.Path,
            Environment = GatewaySetup.Forwarding(replica).Concat(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))).ToDictionary(),
        });
}
