using FooBar.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;

namespace FooBar.Gateway.Health;

internal static class ReplicaHealth
{
    /// <summary>
    /// A replica that refuses connections is out one interval after it stopped; one that hangs, an interval and a time limit
    /// after. Both stay under the 2 s that are promised.
    /// </summary>
    public static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan ProbeTimeout = TimeSpan.FromMilliseconds(800);

    /// <summary>
    /// Requests go to healthy replicas. If none is, they go to all of them ("panic"), because then a try has better odds than
    /// a refusal: every replica may be called unhealthy for the sake of something that this request does not need.
    /// </summary>
    public static readonly HealthCheckConfig Checks = new()
    {
        AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
        Active = new ActiveHealthCheckConfig
        {
            Enabled = true,
            Interval = ProbeInterval,
            Timeout = ProbeTimeout,
            Path = HealthEndpoints.ReadyPath,
            Policy = LastProbePolicy.PolicyName,
        },
    };

    public static void AddReplicaHealth(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<FirstProbe>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<FirstProbe>());
        builder.Services.AddSingleton<IActiveHealthCheckPolicy, LastProbePolicy>();
        builder.Services.AddHealthChecks().AddCheck<ReplicasCheck>("replicas");
    }
}
