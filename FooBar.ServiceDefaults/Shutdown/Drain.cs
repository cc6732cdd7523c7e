using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FooBar.ServiceDefaults.Shutdown;

/// <summary>
/// Between the stop signal and the closing of the port: <c>/health</c> answers 503, so that gateways send nothing new, while
/// everything that still comes is served. The host stops nothing, the web server included, before
/// <see cref="StoppingAsync"/> has returned.
/// </summary>
internal sealed partial class Drain(IOptions<ShutdownOptions> options, TimeProvider time, ILogger<Drain> logger)
    : IHostedLifecycleService, IHealthCheck, IStartupFilter
{
    private volatile bool _draining;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _draining = true;
        var drainFor = options.Value.DrainFor;
        if (drainFor > TimeSpan.Zero)
        {
            Draining(drainFor.TotalSeconds);
            await Task.Delay(drainFor, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(_draining ? HealthCheckResult.Unhealthy("The process is stopping.") : HealthCheckResult.Healthy());

    /// <summary>
    /// Ends a connection with the answer that it carries now (Connection: close; GOAWAY on HTTP/2). Without it a client could
    /// send its next request into a connection in the moment in which the port closes.
    /// </summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, proceed) =>
        {
            if (_draining)
            {
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            }

            return proceed(context);
        });
        next(app);
    };

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(110, LogLevel.Information, "Draining for {Seconds} s: /health answers 503, requests are still served.")]
    private partial void Draining(double seconds);
}
