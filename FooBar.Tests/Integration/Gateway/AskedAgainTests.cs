using System.Net;
using System.Net.Http.Json;
using FooBar.Gateway.Resilience;
using FooBar.ServiceDefaults.Proxies;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Gateway;

namespace FooBar.Tests.Integration.Gateway;

/// <summary>What becomes of requests that a replica has received and does not answer. Each client's limit is far below the gateway's 30 s.</summary>
public sealed class AskedAgainTests : IAsyncLifetime
{
    private readonly TemporaryFolder _data = new();
    private readonly TestReplica _web1 = new("web-1"), _web2 = new("web-2");
    private readonly HttpClient _client = TestClient.New();

    public Task InitializeAsync() => Task.WhenAll(_web1.StartAsync(), _web2.StartAsync());

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _web1.DisposeAsync();
        await _web2.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task FrozenReplica_WhatWaitsForIt_IsAnsweredByTheOtherUnderTheSameKey()
    {
        await using var gateway = await StartGatewayAsync();
        _web1.Hangs = true;

        // All at once, so that half of them meet it before a probe does.
        var writes = Enumerable.Range(0, 6).Select(number => WriteAsync(gateway, $"write {number}", key: $"key-{number}")).ToList();
        var reads = Enumerable.Range(0, 6).Select(_ => _client.AskAsync(gateway.Http, CancellationToken.None)).ToList();

        Assert.All(await Task.WhenAll(reads), read => Assert.Equal((HttpStatusCode.OK, "web-2"), read));
        var seen = await Task.WhenAll(writes);
        Assert.Equal(Enumerable.Range(0, 6).Select(number => ("web-2", $"write {number}", $"key-{number}")), seen.Select(write => (write.Replica, write.Body, write.Headers[RepeatableWrites.KeyHeader])));
        await Eventually.Within(TimeSpan.FromSeconds(10), () => Assert.Contains("web-1 did not answer", gateway.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task DroppedReplica_InTheMiddleOfWrites_CostsNone()
    {
        await using var gateway = await StartGatewayAsync();
        var writes = Enumerable.Range(0, 4).Select(number => WriteAsync(gateway, $"write {number}", path: "?delay=1000")).ToList();
        await Eventually.Within(TimeSpan.FromSeconds(10), () => Assert.Equal((2, 2), (_web1.Requests, _web2.Requests)));

        await _web1.DropAsync();

        var seen = await Task.WhenAll(writes);
        Assert.Equal(Enumerable.Range(0, 4).Select(number => ("web-2", $"write {number}")), seen.Select(write => (write.Replica, write.Body)));
        Assert.Equal(2, seen.Count(write => write.Headers.ContainsKey(GatewayHeaders.AskedAgain)));
        Assert.Distinct(seen.Select(write => Guid.Parse(write.Headers[RepeatableWrites.KeyHeader]))); // the gateway made one for each
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_534)]
    [InlineData(65_535)]
    [InlineData(200_000)]
    public async Task Body_OfAnyLength_ArrivesWhole(int length)
    {
        await using var gateway = await StartGatewayAsync();
        var text = new string('x', length);

        Assert.Equal(text, (await WriteAsync(gateway, text)).Body);
        using var answer = await _client.PostAsJsonAsync(gateway.Http, text); // of unknown length, and two characters longer
        Assert.Equal($"\"{text}\"", (await answer.Content.ReadFromJsonAsync<SeenRequest>())!.Body);
    }

    [Fact]
    public async Task FrozenReplica_WritesOfUnknownLengthThatWaitForIt_AreAnsweredByTheOther()
    {
        await using var gateway = await StartGatewayAsync();
        _web1.Hangs = true;

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => _client.PostAsJsonAsync(gateway.Http, $"write {number}")));

        var seen = await Task.WhenAll(answers.Select(answer => answer.Content.ReadFromJsonAsync<SeenRequest>()));
        Assert.Equal(Enumerable.Range(0, 4).Select(number => ("web-2", $"\"write {number}\"")), seen.Select(write => (write!.Replica, write.Body)));
        Assert.All(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task RepeatWrites_Off_AddsNoKeyAndRepeatsNoWrite()
    {
        await using var gateway = await StartGatewayAsync(("Gateway__RepeatWrites", "false"));
        Assert.DoesNotContain(RepeatableWrites.KeyHeader, (await WriteAsync(gateway, "text")).Headers.Keys);
        var writes = Enumerable.Range(0, 2).Select(_ => _client.PostAsync(new Uri(gateway.Http, "?delay=1000"), new StringContent("text"))).ToList();
        await Eventually.Within(TimeSpan.FromSeconds(10), () => Assert.Equal(3, _web1.Requests + _web2.Requests));

        await _web1.DropAsync();

        var answers = await Task.WhenAll(writes);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.BadGateway], answers.Select(answer => answer.StatusCode).Order());
        Assert.All(answers, answer => answer.Dispose());
    }

    private async Task<SeenRequest> WriteAsync(GatewayProcess gateway, string text, string? key = null, string path = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Http, path)) { Content = new StringContent(text) };
        if (key is not null)
        {
            request.Headers.Add(RepeatableWrites.KeyHeader, key);
        }

        using var answer = await _client.SendAsync(request);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<SeenRequest>())!;
    }

    private Task<GatewayProcess> StartGatewayAsync(params (string Name, string Value)[] settings) => GatewayProcess.StartAsync(new GatewaySetup
    {
        DataFolder = _data.Path,
        Environment = GatewaySetup.Forwarding(_web1, _web2).Concat(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))).ToDictionary(),
    });
}
