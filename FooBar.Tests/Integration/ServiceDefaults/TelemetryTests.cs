using System.Diagnostics;
using System.Net.Http.Json;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Gateway;
using FooBar.Tests.Support.Otlp;

namespace FooBar.Tests.Integration.ServiceDefaults;

public sealed class TelemetryTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Request_ThroughTheGateway_IsOneTraceWithMetricsAndALogLine()
    {
        await using var collector = await OtlpCollector.StartNewAsync();
        var settings = collector.Environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        settings["ServedBy"] = "web-6f5c";
        await using var web1 = await TestReplica.StartNewAsync("web-1", settings);
        await using var gateway = await StartGatewayAsync(web1, [.. collector.Environment,
            new("OTEL_SERVICE_NAME", "gateway-1"), new("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=the-first")]);
        using var client = TestClient.New();
        var path = $"/traced/{Guid.NewGuid()}";

        await client.GetStringAsync(new Uri(gateway.Http, path));

        await Eventually.Within(Limit, () =>
        {
            var atGateway = collector.Spans.First(span =>
                span is { Resource.Service: "gateway-1", Source: "Microsoft.AspNetCore" } && span.Attributes.GetValueOrDefault("url.path") == path);
            var trace = collector.Spans.Where(span => span.TraceId == atGateway.TraceId).ToList();
            var atWeb = Assert.Single(trace, span => span is { Resource.Service: "web-1", Source: "Microsoft.AspNetCore" });
            var forwarding = Assert.Single(trace, span => span.SpanId == atWeb.ParentId);
            Assert.Equal(("gateway-1", "System.Net.Http"), (forwarding.Resource.Service, forwarding.Source));
            Assert.Equal(("the-first", "web-6f5c"), (atGateway.Resource.Instance, atWeb.Resource.Instance));
            Assert.Equal(("GET web", "200"), (atGateway.Name, atGateway.Attributes["http.response.status_code"]));

            Assert.Equal("GET /{**path}", atWeb.Name);

            var log = Assert.Single(collector.Logs, log => log.TraceId == atGateway.TraceId);
            Assert.Equal(("web-1", "FooBar.TestReplica", $"web-1 saw {path}"), (log.Resource.Service, log.Category, log.Body));

            Assert.Contains(collector.Metrics, metric => metric is { Resource.Service: "gateway-1", Name: "http.server.request.duration" });
            Assert.Contains(collector.Metrics, metric => metric is { Resource.Service: "web-1", Name: "http.server.request.duration" });
            Assert.Contains(collector.Metrics, metric => metric is { Resource.Service: "gateway-1", Meter: "System.Runtime" });
        });
    }

    [Fact]
    public async Task Probes_OfTheGatewayAndOfOthers_LeaveNoSpans()
    {
        await using var collector = await OtlpCollector.StartNewAsync();
        await using var web1 = await TestReplica.StartNewAsync("web-1", collector.Environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
        await using var gateway = await StartGatewayAsync(web1, [.. collector.Environment, new("OTEL_SERVICE_NAME", "gateway-1")]);
        using var client = TestClient.New();
        await client.GetStringAsync(new Uri(gateway.Management, "/health"));
        await client.GetStringAsync(new Uri(gateway.Management, "/alive"));

        // A second round of the gateway's probes, and then a request as a mark: what was recorded before it is there with it.
        await Eventually.Within(Limit, ct => Task.FromResult(web1.Probes >= 3));
        await client.GetStringAsync(new Uri(gateway.Http, "/mark"));
        await Eventually.Within(Limit, () =>
        {
            Assert.Contains(collector.Spans, span => span.Resource.Service == "gateway-1" && span.Attributes.GetValueOrDefault("url.path") == "/mark");
            Assert.Contains(collector.Spans, span => span.Resource.Service == "web-1" && span.Attributes.GetValueOrDefault("url.path") == "/mark");
        });

        // Of "web-1" only what it answered counts: its listener hears this test's own HttpClient as well.
        Assert.DoesNotContain(collector.Spans, span => span.Resource.Service == "gateway-1" && IsOfAProbe(span));
        Assert.DoesNotContain(collector.Spans, span => span.Source == "Microsoft.AspNetCore" && IsOfAProbe(span));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Traces_AreRecordedOnlyIfAnEndpointIsSet(bool endpointIsSet)
    {
        await using var collector = await OtlpCollector.StartNewAsync();
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var gateway = await StartGatewayAsync(web1, collector.Environment.Where(variable => endpointIsSet || variable.Key != "OTEL_EXPORTER_OTLP_ENDPOINT"));
        using var client = TestClient.New();

        var seen = await client.GetFromJsonAsync<SeenRequest>(gateway.Http);

        var context = ActivityContext.Parse(seen?.Headers["traceparent"] ?? "", traceState: null);
        Assert.Equal(endpointIsSet, context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded));
    }

    [Fact]
    public async Task Collector_ThatNeverAnswers_DoesNotKeepAServiceFromStopping()
    {
        var port = FreePort.Next();
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        silent.Start();
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var gateway = await StartGatewayAsync(web1,
        [
            new("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{port}"), new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            new("Shutdown__DrainFor", "00:00:00"),
        ]);
        using var client = TestClient.New();
        await client.GetStringAsync(gateway.Http);

        var clock = Stopwatch.StartNew();
        Assert.Equal(0, await gateway.TerminateAsync());

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"stopping took {clock.Elapsed}");
    }

    private static bool IsOfAProbe(OtlpSpan span) =>
        span.Name.Contains("health", StringComparison.Ordinal)
        || span.Attributes.Values.Any(value => value.EndsWith("/health", StringComparison.Ordinal) || value.EndsWith("/alive", StringComparison.Ordinal));

    private Task<GatewayProcess> StartGatewayAsync(TestReplica replica, IEnumerable<KeyValuePair<string, string>> settings) => GatewayProcess.StartAsync(new GatewaySetup
    {
        DataFolder = _data.Path,
        Environment = GatewaySetup.Forwarding(replica).Concat(settings).ToDictionary(),
    });
}
