using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Run;

/// <summary>Checks the health of every resource while it runs, and publishes <see cref="ResourceReadyEvent"/> when it is healthy for the first time.</summary>
internal sealed class HealthMonitor(ResourceNotificationService notifications, HealthCheckService checks, IDistributedApplicationEventing eventing,
    IServiceProvider services, TimeProvider time, ILogger<HealthMonitor> logger) : BackgroundService
{
    private static readonly TimeSpan WhileUnhealthy = TimeSpan.FromMilliseconds(250), WhileHealthy = TimeSpan.FromSeconds(5), Limit = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var watched = new Dictionary<string, CancellationTokenSource>();
        await foreach (var update in notifications.WatchAsync(stoppingToken))
        {
            var runs = update.Snapshot.State?.Text == KnownResourceStates.Running;
            if (runs && !watched.ContainsKey(update.ResourceId))
            {
                var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                watched[update.ResourceId] = stop;
                _ = MonitorAsync(update.Resource, update.ResourceId, stop.Token);
            }
            else if (!runs && watched.Remove(update.ResourceId, out var former))
            {
                await former.CancelAsync();
                former.Dispose();
            }
        }
    }

    private async Task MonitorAsync(IResource resource, string resourceId, CancellationToken cancellationToken)
    {
        try
        {
            var keys = resource.Annotations.OfType<HealthCheckAnnotation>().Select(a => a.Key).ToHashSet();
            var isReady = false;
            while (keys.Count > 0 || !isReady)
            {
                var reports = await CheckAsync(keys, cancellationToken);
                var healthy = reports.All(r => r.Status == HealthStatus.Healthy);
                Task? ready = healthy && !isReady ? eventing.PublishAsync(new ResourceReadyEvent(resource, services), cancellationToken) : null;
                await notifications.PublishUpdateAsync(resource, resourceId, s => s.State?.Text != KnownResourceStates.Running || cancellationToken.IsCancellationRequested
                    ? s
                    : s with { HealthReports = reports, ReadyHandlers = ready ?? s.ReadyHandlers });
                if (ready is not null)
                {
                    isReady = true;
                    await ready;
                }

                await Task.Delay(healthy ? WhileHealthy : WhileUnhealthy, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            logger.LogError("{Resource} runs, but what should happen then failed: {Reason}", resource.Name, e.Message);
        }
    }

    private async Task<ImmutableArray<HealthReportSnapshot>> CheckAsync(HashSet<string> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            return [];
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var report = await checks.CheckHealthAsync(r => keys.Contains(r.Name), limit.Token);
            return [.. report.Entries.Select(e => new HealthReportSnapshot(e.Key, e.Value.Status, e.Value.Description, e.Value.Exception?.Message))];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [.. keys.Select(k => new HealthReportSnapshot(k, HealthStatus.Unhealthy, $"It gave no answer within {Limit.TotalSeconds} s.", null))];
        }
    }
}
