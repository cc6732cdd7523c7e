using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace FooBar.Gateway.Health;

/// <summary>The last probe alone decides: out at the first failure, back at the first success. Changes are logged with their reason.</summary>
internal sealed partial class LastProbePolicy(IDestinationHealthUpdater updater, FirstProbe firstProbe, ILogger<LastProbePolicy> logger)
    : IActiveHealthCheckPolicy
{
    public const string PolicyName = "LastProbe";

    public string Name => PolicyName;

    public void ProbingCompleted(ClusterState cluster, IReadOnlyList<DestinationProbingResult> probingResults)
    {
        var verdicts = new List<NewActiveDestinationHealth>(probingResults.Count);
        foreach (var probe in probingResults)
        {
            var health = probe.Response is { IsSuccessStatusCode: true } ? DestinationHealth.Healthy : DestinationHealth.Unhealthy;
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
    }

    private static string Reason(DestinationProbingResult probe) => probe switch
    {
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
