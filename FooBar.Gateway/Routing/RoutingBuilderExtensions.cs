using FooBar.Gateway.Health;
using FooBar.Gateway.Resilience;
using Microsoft.Extensions.Options;
using OpenTelemetry.Instrumentation.AspNetCore;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace FooBar.Gateway.Routing;

internal static class RoutingBuilderExtensions
{
    /// <summary>A replica in the same network accepts a connection in milliseconds, or not before the kernel asks again after a second.</summary>
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(0.5);

    public static void AddReplicas(this WebApplicationBuilder builder)
    {
        builder.Services.AddReverseProxy()
            .ConfigureHttpClient((_, handler) => handler.ConnectTimeout = ConnectWithin)
            .AddTransforms(ForwardHeaders);
        builder.Services.RemoveKeyMaking();

        // The one route matches every path; a span named "GET {**path}" would say nothing. Its name is method and route id: "GET web".
        builder.Services.Configure<AspNetCoreTraceInstrumentationOptions>(tracing => tracing.EnrichWithHttpResponse = (span, response) =>
        {
            if (response.HttpContext.Features.Get<IReverseProxyFeature>() is { } proxied)
            {
                span.DisplayName = $"{response.HttpContext.Request.Method} {proxied.Route.Config.RouteId}";
            }
        });

        builder.Services.AddSingleton<IProxyConfigProvider>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<GatewayOptions>>().Value;
            var replicas = Replicas.Discover(provider.GetRequiredService<IConfiguration>(), options.Application).Found;
            return new InMemoryConfigProvider([Everything(options)], [Cluster(options, replicas)]);
        });
    }

    public static void MapReplicas(this WebApplication app) => app.MapReverseProxy(proxy =>
    {
        proxy.UseRepeatableWrites();
        proxy.UseAnotherReplica();
        proxy.UseLoadBalancing();
        proxy.UseDismissals();
    });

    /// <summary>
    /// YARP's session affinity brings data protection along, which at start would make keys in the user's home. Nothing here
    /// uses affinity; data protection itself stays and would make its keys when it is first asked.
    /// </summary>
    private static void RemoveKeyMaking(this IServiceCollection services)
    {
        foreach (var service in services.Where(IsKeyMaking).ToList())
        {
            services.Remove(service);
        }

        static bool IsKeyMaking(ServiceDescriptor service) =>
            service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Namespace?.StartsWith("Microsoft.AspNetCore.DataProtection", StringComparison.Ordinal) == true;
    }

    private static RouteConfig Everything(GatewayOptions options) => new()
    {
        RouteId = options.Application,
        ClusterId = options.Application,
        Match = new RouteMatch { Path = "{**path}" },
    };

    private static ClusterConfig Cluster(GatewayOptions options, IEnumerable<Replica> replicas) => new()
    {
        ClusterId = options.Application,
        LoadBalancingPolicy = LoadBalancingPolicies.RoundRobin,
        Destinations = replicas.ToDictionary(
            replica => replica.Name,
            replica => new DestinationConfig { Address = replica.Address.AbsoluteUri }),
        HealthCheck = ReplicaHealth.Checks,
        HttpRequest = new ForwarderRequestConfig { ActivityTimeout = options.SilenceLimit },
    };

    /// <summary>
    /// The gateway alone says who the client is, by which scheme it came and for which host; what clients claim about that
    /// never gets here. The Host header stays the client's, so that a replica sees the name of the site in either place.
    /// </summary>
    private static void ForwardHeaders(TransformBuilderContext context)
    {
        context.UseDefaultForwarders = false;
        context.AddXForwardedFor(action: ForwardedTransformActions.Set);
        context.AddXForwardedProto(action: ForwardedTransformActions.Set);
        context.AddXForwardedHost(action: ForwardedTransformActions.Set);
        context.AddOriginalHost();
    }
}
