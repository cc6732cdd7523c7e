using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace FooBar.Gateway.Health;

/// <summary>
/// Requests go to the replicas with the best odds: those whose last probe succeeded and that accepted the last connection; if there
/// is none, those whose last probe succeeded; then those that nobody has probed yet, which is what a replica is that has just been
/// found, and may be starting; and if there is none of these either, to all ("panic"): a try has better odds than a refusal, for every
/// replica may be called unhealthy for the sake of something that this request does not need.
/// </summary>
internal sealed class BestOddsPolicy : IAvailableDestinationsPolicy
{
    public const string PolicyName = "BestOdds";

    private static readonly Func<DestinationState, bool>[] FromBestToWorst =
    [
        replica => replica.Health is { Active: DestinationHealth.Healthy, Passive: not DestinationHealth.Unhealthy },
        replica => replica.Health.Active == DestinationHealth.Healthy,
        replica => replica.Health is { Active: DestinationHealth.Unknown, Passive: not DestinationHealth.Unhealthy },
    ];

    public string Name => PolicyName;

    public IReadOnlyList<DestinationState> GetAvailalableDestinations(ClusterConfig config, IReadOnlyList<DestinationState> allDestinations) => Of(allDestinations);

    /// <summary>Those of some replicas that have the best odds.</summary>
    public static IReadOnlyList<DestinationState> Of(IReadOnlyList<DestinationState> replicas)
    {
        foreach (var hasSuchOdds in FromBestToWorst)
        {
            if (replicas.Where(hasSuchOdds).ToList() is { Count: > 0 } best)
            {
                return best;
            }
        }

        return replicas;
    }
}
