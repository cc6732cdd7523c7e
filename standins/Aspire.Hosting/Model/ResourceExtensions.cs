using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.ApplicationModel;

public static class ResourceExtensions
{
    public static bool TryGetLastAnnotation<T>(this IResource resource, [NotNullWhen(true)] out T? annotation) where T : IResourceAnnotation =>
        (annotation = resource.Annotations.OfType<T>().LastOrDefault()) is not null;

    public static bool TryGetAnnotationsOfType<T>(this IResource resource, [NotNullWhen(true)] out IEnumerable<T>? result) where T : IResourceAnnotation =>
        (result = resource.Annotations.OfType<T>().ToArray() is { Length: > 0 } found ? found : null) is not null;

    public static bool HasAnnotationOfType<T>(this IResource resource) where T : IResourceAnnotation => resource.Annotations.OfType<T>().Any();

    public static bool TryGetEndpoints(this IResource resource, [NotNullWhen(true)] out IEnumerable<EndpointAnnotation>? endpoints) =>
        resource.TryGetAnnotationsOfType(out endpoints);

    public static bool TryGetContainerImageName(this IResource resource, [NotNullWhen(true)] out string? imageName)
    {
        imageName = resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image)
            ? (image.Registry is null ? "" : image.Registry + "/") + image.Image + (image.SHA256 is { } sha ? "@sha256:" + sha : ":" + (image.Tag ?? "latest"))
            : null;
        return imageName is not null;
    }

    public static EndpointReference GetEndpoint(this IResourceWithEndpoints resource, string endpointName) => new(resource, endpointName);

    public static EndpointReference GetEndpoint(this IResourceWithEndpoints resource, string endpointName, NetworkIdentifier contextNetworkId) =>
        new(resource, endpointName, contextNetworkId);

    public static IEnumerable<EndpointReference> GetEndpoints(this IResourceWithEndpoints resource) =>
        resource.Annotations.OfType<EndpointAnnotation>().Select(e => new EndpointReference(resource, e));

    internal static bool IsContainer(this IResource resource) => resource.HasAnnotationOfType<ContainerImageAnnotation>();

    /// <summary>A container sees other containers by name; everything else sees localhost.</summary>
    internal static NetworkIdentifier DefaultNetwork(this IResource resource) =>
        resource.IsContainer() ? KnownNetworkIdentifiers.DefaultAspireContainerNetwork : KnownNetworkIdentifiers.LocalhostNetwork;

    internal static IResource? ParentOf(this IResource resource) => (resource as IResourceWithParent)?.Parent
        ?? resource.Annotations.OfType<ResourceRelationshipAnnotation>().LastOrDefault(r => r.Type == KnownRelationshipTypes.Parent)?.Resource;
}

internal static class KnownRelationshipTypes
{
    public const string Parent = "Parent", Reference = "Reference", WaitFor = "WaitFor";
}
