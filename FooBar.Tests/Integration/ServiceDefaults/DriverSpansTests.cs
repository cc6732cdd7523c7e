using System.Diagnostics;
using FooBar.ServiceDefaults;
using FooBar.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MySqlConnector;
using OpenTelemetry.Trace;

namespace FooBar.Tests.Integration.ServiceDefaults;

/// <summary>No server is needed: MySqlConnector records a span "Open" for an attempt that fails, too.</summary>
public sealed class DriverSpansTests
{
    [Fact]
    public async Task DriverSpans_OutsideOfATrace_AreLeftOutAndInsideOneAreKept()
    {
        var spans = new List<Activity>();
        await using var app = Build($"http://127.0.0.1:{FreePort.Next()}", spans);
        var traces = app.Services.GetRequiredService<TracerProvider>();

        await OpenAsync(app);
        using var request = Request();
        await OpenAsync(app);
        traces.ForceFlush();

        var span = Assert.Single(OfThisTest(spans, request));
        Assert.Equal(("Open", request.SpanId), (span.OperationName, span.ParentSpanId));
    }

    [Fact]
    public async Task DriverSpans_WithoutAnEndpoint_AreNotRecordedAtAll()
    {
        var spans = new List<Activity>();
        await using var app = Build(endpoint: null, spans);
        var traces = app.Services.GetRequiredService<TracerProvider>();

        await OpenAsync(app);
        using var request = Request();
        await OpenAsync(app);
        traces.ForceFlush();

        Assert.Empty(OfThisTest(spans, request));
    }

    private static WebApplication Build(string? endpoint, List<Activity> spans)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
            ["ConnectionStrings:absent"] = $"Server=127.0.0.1;Port={FreePort.Next()};User ID=nobody",
        });
        builder.AddServiceDefaults();
        builder.AddMySqlDataSource("absent");
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddInMemoryExporter(spans));
        return builder.Build();
    }

    private static Activity Request() => new Activity("a request") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();

    private static async Task OpenAsync(WebApplication app) =>
        await Assert.ThrowsAsync<MySqlException>(async () => await app.Services.GetRequiredService<MySqlDataSource>().OpenConnectionAsync());

    // The driver's source is the process's: tests beside this one have spans in traces of their own.
    private static IEnumerable<Activity> OfThisTest(List<Activity> spans, Activity request) => spans.Where(span =>
        span.Source.Name == "MySqlConnector" && (span.TraceId == request.TraceId || span.ParentSpanId == default));
}
