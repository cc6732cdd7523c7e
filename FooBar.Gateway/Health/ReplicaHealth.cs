using FooBar.Gateway.Resilience;
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

    /// <summary>How long a replica that accepts no connections is avoided: by then a probe has told.</summary>
    public static readonly TimeSpan AvoidFor = ProbeInterval + ProbeTimeout;

    public static readonly HealthCheckConfig Checks = new()
    {
        AvailableDestinationsPolicy = BestOddsPolicy.PolicyName,
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
        builder.Services.AddSingleton<Dismissals>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<FirstProbe>());
        builder.Services.AddSingleton<IActiveHealthCheckPolicy, LastProbePolicy>();
        builder.Services.AddSingleton<IAvailableDestinationsPolicy, BestOddsPolicy>();
        builder.Services.AddHealthChecks().AddCheck<ReplicasCheck>("replicas");
    }
}
