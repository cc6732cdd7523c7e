using FooBar.Failover.Journal;
using FooBar.Failover.Leadership;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace FooBar.Failover.Api;

/// <summary>
/// Ready once the cluster serves; unhealthy when the coordinator has stopped looking at it. One that waits while another one leads
/// is degraded, which counts as ready: it is in the state that it should be in, and a rollout need not wait for the other's end.
/// </summary>
internal sealed class CoordinatorHealthCheck(ClusterStatus status, ILeadership leadership, IOptions<FailoverOptions> options, TimeProvider clock) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) => Task.FromResult(Check());

    private HealthCheckResult Check() => (leadership, status.Latest) switch
    {
        ({ Leads: false, Leader: { } leader }, _) => HealthCheckResult.Degraded($"{leader} leads; this coordinator waits."),
        ({ Leads: false }, _) => HealthCheckResult.Unhealthy("This coordinator does not lead, and whether another one does is not known."),
        (_, null) => HealthCheckResult.Unhealthy("The first look at the cluster is not complete."),
        (_, { } latest) when clock.GetUtcNow() - latest.Seen.At > Overdue => HealthCheckResult.Unhealthy($"The cluster was last looked at {latest.Seen.At:u}."),
        (_, { Journal.Phase: not JournalPhase.Serving } latest) => HealthCheckResult.Unhealthy(latest.Decision.Reason),
        (_, { } latest) => HealthCheckResult.Healthy(latest.Decision.Reason),
    };

    // A cycle with an action in it may rightly take several time limits.
    private TimeSpan Overdue => (options.Value.ProbeTimeout + options.Value.ActionTimeout) * 6;
}
