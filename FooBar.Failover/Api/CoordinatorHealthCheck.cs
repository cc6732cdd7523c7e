using FooBar.Failover.Journal;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace FooBar.Failover.Api;

/// <summary>Ready once the cluster serves; unhealthy when the coordinator has stopped looking at it.</summary>
internal sealed class CoordinatorHealthCheck(ClusterStatus status, IOptions<FailoverOptions> options, TimeProvider clock) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) => Task.FromResult(status.Latest switch
    {
        null => HealthCheckResult.Unhealthy("The first look at the cluster is not complete."),
        { } latest when clock.GetUtcNow() - latest.Seen.At > Overdue => HealthCheckResult.Unhealthy($"The cluster was last looked at {latest.Seen.At:u}."),
        { Journal.Phase: not JournalPhase.Serving } latest => HealthCheckResult.Unhealthy(latest.Decision.Reason),
        { } latest => HealthCheckResult.Healthy(latest.Decision.Reason),
    });

    // A cycle with an action in it may rightly take several time limits.
    private TimeSpan Overdue => (options.Value.ProbeTimeout + options.Value.ActionTimeout) * 6;
}
