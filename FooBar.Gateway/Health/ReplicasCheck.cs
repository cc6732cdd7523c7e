using Microsoft.Extensions.Diagnostics.HealthChecks;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace FooBar.Gateway.Health;

/// <summary>
/// Not ready before the replicas have been found and probed: another gateway may know them already. Later, without a healthy
/// one, the gateway is degraded and stays in service: its answer that the site is not available is better than a refused connection.
/// </summary>
internal sealed class ReplicasCheck(IProxyStateLookup proxy, FirstProbe firstProbe) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (!firstProbe.IsCompleted)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy("The replicas have not been probed yet."));
        }

        var replicas = proxy.GetClusters().SelectMany(cluster => cluster.DestinationsState.AllDestinations).ToList();
        if (replicas.Count == 0)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy("No replica is known yet."));
        }

        return Task.FromResult(replicas.Any(replica => replica.Health.Active == DestinationHealth.Healthy)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded("No replica is healthy."));
    }
}
