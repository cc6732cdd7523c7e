using FooBar.Gateway.Resilience;
using FooBar.ServiceDefaults;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace FooBar.Gateway.Health;

/// <summary>
/// The last probe alone decides: out at the first failure, back at the first success. One that is degraded is out while another is
/// well: a site that has lost only its own way to the primary would hold writes that the other carries out at once. Changes are logged
/// with their reason.
/// </summary>
internal sealed partial class LastProbePolicy(
    IDestinationHealthUpdater updater, Dismissals dismissals, FirstProbe firstProbe, ILogger<LastProbePolicy> logger)
    : IActiveHealthCheckPolicy
{
    public const string PolicyName = "LastProbe";

    public string Name => PolicyName;

    public void ProbingCompleted(ClusterState cluster, IReadOnlyList<DestinationProbingResult> probingResults)
    {
        var anyIsWell = probingResults.Any(IsWell);
        var verdicts = new List<NewActiveDestinationHealth>(probingResults.Count);
        foreach (var probe in probingResults)
        {
            var health = IsWell(probe) || (IsReady(probe) && !anyIsWell) ? DestinationHealth.Healthy : DestinationHealth.Unhealthy;
            verdicts.Add(new NewActiveDestinationHealth(probe.Destination, health));
            if (health == probe.Destination.Health.Active)
            {
                continue;
            }

            if (health == DestinationHealth.Healthy)
            {
                In(probe.Destination.DestinationId);
            }
            else
            {
                Out(probe.Destination.DestinationId, Reason(probe));
            }
        }

        updater.SetActive(cluster, verdicts);
        firstProbe.Completed();

        // Who waits for one that is silent, or that lacks what it needs, asks one that is well. With none of these, this one may have the
        // best odds yet; and one that is being stopped finishes what it has begun.
        foreach (var probe in probingResults.Where(probe => anyIsWell && !IsWell(probe) && (probe.Response is null || IsReady(probe))))
        {
            dismissals.Dismiss(probe.Destination);
        }
    }

    private static bool IsReady(DestinationProbingResult probe) => probe.Response is { IsSuccessStatusCode: true };

    private static bool IsWell(DestinationProbingResult probe) => IsReady(probe)
        && !(probe.Response!.Headers.TryGetValues(HealthEndpoints.StatusHeader, out var status) && status.Contains(HealthEndpoints.Degraded));

    private static string Reason(DestinationProbingResult probe) => probe switch
    {
        { Response.IsSuccessStatusCode: true } => $"{ReplicaHealth.Checks.Active?.Path} answered degraded, and another replica is well",
        { Response: { } response } => $"{ReplicaHealth.Checks.Active?.Path} answered {(int)response.StatusCode}",
        { Exception: OperationCanceledException } => $"no answer within {ReplicaHealth.ProbeTimeout.TotalMilliseconds} ms",
        { Exception: { } exception } => exception.GetBaseException().Message,
        _ => "no answer",
    };

    [LoggerMessage(1200, LogLevel.Information, "{Replica} is healthy and takes requests.")]
    private partial void In(string replica);

    [LoggerMessage(1201, LogLevel.Warning, "{Replica} is out: {Reason}.")]
    private partial void Out(string replica, string reason);
}
