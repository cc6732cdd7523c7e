using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace FooBar.ServiceDefaults.Telemetry;

/// <summary>
/// Owns the exporters of traces and metrics, and at the end of the process gives all three signals one bounded time to send
/// what they still hold: a collector that is gone must not keep a service from stopping.
/// </summary>
internal sealed class TelemetryExport(IConfiguration configuration, ServiceIdentity identity, LoggerProvider logs)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(1);

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The builders would read the environment; with the host's configuration every source of settings counts.
        _traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(identity.ToResource())
            .SetSampler(new AllButProbes())
            .AddSource(TelemetrySources.Traces)
            .AddOtlpExporter()
            .Build();

        _metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(identity.ToResource())
            .AddMeter(TelemetrySources.Metrics)
            .AddOtlpExporter()
            .Build();

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        var limit = (int)FlushLimit.TotalMilliseconds;
        return Task.WhenAll(
            Task.Run(() => _traces?.Shutdown(limit), CancellationToken.None),
            Task.Run(() => _metrics?.Shutdown(limit), CancellationToken.None),
            Task.Run(() => logs.Shutdown(limit), CancellationToken.None));
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }
}
