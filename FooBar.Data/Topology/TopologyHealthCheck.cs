using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FooBar.Data.Topology;

/// <summary>
/// Healthy when data can be read and written; degraded, which is still ready, while there is no primary: reads go on, and
/// writes wait for the next one.
/// </summary>
internal sealed class TopologyHealthCheck(TopologyBoard board) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var topology = board.Current;
        return Task.FromResult(
            !board.MayBeRead ? HealthCheckResult.Unhealthy($"No copy can be read: {topology.Summary}")
            : topology.Primary is null ? HealthCheckResult.Degraded($"There is no primary: {topology.Summary}")
            : HealthCheckResult.Healthy(topology.Summary));
    }
}
