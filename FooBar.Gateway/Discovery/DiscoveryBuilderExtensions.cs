using Yarp.ReverseProxy.ServiceDiscovery;

namespace FooBar.Gateway.Discovery;

internal static class DiscoveryBuilderExtensions
{
    public static void AddReplicaDiscovery(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IAddressLookup, SystemLookup>();
        builder.Services.AddSingleton<IDestinationResolver, NamedReplicas>();
    }
}
