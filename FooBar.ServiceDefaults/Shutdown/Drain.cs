using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FooBar.ServiceDefaults.Shutdown;

/// <summary>
/// Between the stop signal and the closing of the port <c>/health</c> answers 503, so that gateways send no new requests. Requests
/// that still arrive are served: the host stops nothing, the web server included, before <see cref="StoppingAsync"/> has returned.
/// </summary>
internal sealed partial class Drain(
    IOptions<ShutdownOptions> options, IOptions<HostOptions> host, TimeProvider clock, ILogger<Drain> logger)
    : IHostedLifecycleService, IHealthCheck
{
    private volatile bool _draining;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _draining = true;
        var drainFor = options.Value.DrainFor;
        if (drainFor > TimeSpan.Zero)
        {
            Draining(drainFor.TotalSeconds);
            await Task.Delay(drainFor, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(_draining ? HealthCheckResult.Unhealthy("The process is stopping.") : HealthCheckResult.Healthy());

    /// <summary>
    /// While draining, closes the request's connection after its answer (Connection: close; GOAWAY on HTTP/2). Without this a client
    /// could send its next request at the moment in which the port closes.
    /// </summary>
    public void CloseAfterAnswer(HttpContext context)
    {
        if (_draining)
        {
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Here and not in HostOptions' own configuration, which the host reads before options are validated.
        host.Value.ShutdownTimeout = options.Value.DrainFor + options.Value.FinishWithin;
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(110, LogLevel.Information, "Draining for {Seconds} s: /health answers 503, requests are still served.")]
    private partial void Draining(double seconds);
}
