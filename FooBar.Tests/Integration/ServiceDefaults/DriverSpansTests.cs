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

public sealed class DriverSpansTests
{
    [Fact]
    public async Task DriverSpans_OutsideOfATrace_AreLeftOutAndInsideOneAreKept()
    {
        var spans = new List<Activity>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{FreePort.Next()}",
            ["ConnectionStrings:absent"] = $"Server=127.0.0.1;Port={FreePort.Next()};User ID=nobody",
        });
        builder.AddServiceDefaults();
        builder.AddMySqlDataSource("absent");
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddInMemoryExporter(spans));
        await using var app = builder.Build();
        var traces = app.Services.GetRequiredService<TracerProvider>();
        using var source = new ActivitySource($"FooBar.Tests.{Guid.NewGuid()}");

        await OpenAsync();
        ActivityTraceId request;
        using (var activity = source.StartActivity("a request"))
        {
            request = activity!.TraceId;
            await OpenAsync();
        }

        // Tests that run beside this one use the driver, too: their spans have parents of other traces.
        traces.ForceFlush();
        var ofTheDriver = spans.Where(span => span.Source.Name == "MySqlConnector").ToList();
        Assert.Equal(request, Assert.Single(ofTheDriver, span => span.TraceId == request || span.ParentSpanId == default).TraceId);

        // No server is there. The driver records a span for the attempt.
        async Task OpenAsync() =>
            await Assert.ThrowsAsync<MySqlException>(async () => await app.Services.GetRequiredService<MySqlDataSource>().OpenConnectionAsync());
    }
}
