using Aspire.Hosting.ApplicationModel;

namespace FooBar.AppHost.Publishing.Model;

/// <summary>Where a process listens once it has a network of its own, and no port can be taken.</summary>
internal static class ContainerPort
{
    /// <summary>What ASP.NET Core's images listen on.</summary>
    public const int Default = 8080;

    public static int Of(EndpointAnnotation endpoint) => endpoint.TargetPort ?? Default;
}
