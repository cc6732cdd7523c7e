using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace FooBar.ServiceDefaults.Telemetry;

/// <summary>
/// Gives all three signals together 1 s to send what they still hold when the process ends, also when its start failed. Disposing
/// the providers would take up to 5 s each beside a collector that does not answer. The container disposes this before the
/// providers that it was made with, and a provider shuts down only once.
/// </summary>
internal sealed class BoundedFlush(TracerProvider traces, MeterProvider metrics, LoggerProvider logs) : IHostedService, IDisposable
{
    private const int LimitMilliseconds = 1000;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => Parallel.Invoke(
        () => traces.Shutdown(LimitMilliseconds),
        () => metrics.Shutdown(LimitMilliseconds),
        () => logs.Shutdown(LimitMilliseconds));
}
