using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace FooBar.ServiceDefaults.Telemetry;

/// <summary>
/// Gives all three signals together 1 s to send what they still hold. Disposing the providers would take up to 5 s each beside a
/// collector that does not answer; after this it takes no time, because a provider shuts down once.
/// </summary>
internal sealed class BoundedFlush(TracerProvider traces, MeterProvider metrics, LoggerProvider logs) : IHostedService
{
    private const int LimitMilliseconds = 1000;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => traces.Shutdown(LimitMilliseconds), CancellationToken.None),
        Task.Run(() => metrics.Shutdown(LimitMilliseconds), CancellationToken.None),
        Task.Run(() => logs.Shutdown(LimitMilliseconds), CancellationToken.None));
}
