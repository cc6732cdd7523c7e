using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>ConnectionStrings__name, and each connection property as NAME_PROPERTY.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null, bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        var resource = source.Resource;
        var name = connectionName ?? resource.Name;
        return builder.WithReferenceRelationship(resource).WithEnvironment(context =>
        {
            context.EnvironmentVariables[resource.ConnectionStringEnvironmentVariable ?? "ConnectionStrings__" + name] = new ConnectionStringReference(resource, optional);
            foreach (var (property, value) in resource.GetConnectionProperties())
            {
                context.EnvironmentVariables[(name.Length == 0 ? "" : VariableName(name).ToUpperInvariant() + "_") + property.ToUpperInvariant()] = value;
            }
        });
    }

    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithServiceDiscovery> source) where TDestination : IResourceWithEnvironment =>
        builder.WithEndpointsOf(source.Resource, endpointName: null, serviceName: null);

    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithServiceDiscovery> source, string name) where TDestination : IResourceWithEnvironment =>
        builder.WithEndpointsOf(source.Resource, endpointName: null, serviceName: name);

    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment =>
        builder.WithEndpointsOf(endpointReference.Resource, endpointReference.EndpointName, serviceName: null);

    public static IResourceBuilder<T> WithReferenceRelationship<T>(this IResourceBuilder<T> builder, IResource resource) where T : IResource =>
        builder.WithRelationship(resource, KnownRelationshipTypes.Reference);

    public static IResourceBuilder<T> WithParentRelationship<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> parent) where T : IResource =>
        builder.WithParentRelationship(parent.Resource);

    public static IResourceBuilder<T> WithParentRelationship<T>(this IResourceBuilder<T> builder, IResource parent) where T : IResource =>
        builder.WithRelationship(parent, KnownRelationshipTypes.Parent);

    public static IResourceBuilder<T> WithChildRelationship<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> child) where T : IResource =>
        builder.WithChildRelationship(child.Resource);

    public static IResourceBuilder<T> WithChildRelationship<T>(this IResourceBuilder<T> builder, IResource child) where T : IResource
    {
        child.Annotations.Add(new ResourceRelationshipAnnotation(builder.Resource, KnownRelationshipTypes.Parent));
        return builder;
    }

    public static IResourceBuilder<T> WithRelationship<T>(this IResourceBuilder<T> builder, IResource resource, string type) where T : IResource =>
        builder.WithAnnotation(new ResourceRelationshipAnnotation(resource, type));

    // One callback per source however many references there are, so that the indices of a service stay together.
    private static IResourceBuilder<T> WithEndpointsOf<T>(this IResourceBuilder<T> builder, IResourceWithEndpoints source, string? endpointName, string? serviceName)
        where T : IResourceWithEnvironment
    {
        var reference = builder.Resource.Annotations.OfType<EndpointReferenceAnnotation>().SingleOrDefault(a => a.Resource == source);
        if (reference is null)
        {
            builder.WithAnnotation(reference = new EndpointReferenceAnnotation(source));
            builder.WithEnvironment(context => AddEndpoints(context, reference, serviceName));
        }

        if (endpointName is null)
        {
            reference.UseAllEndpoints = true;
        }
        else
        {
            reference.EndpointNames.Add(endpointName);
        }

        return builder.WithReferenceRelationship(source);
    }

    private static void AddEndpoints(EnvironmentCallbackContext context, EndpointReferenceAnnotation reference, string? serviceName)
    {
        foreach (var endpoint in reference.Resource.GetEndpoints().Where(e => reference.UseAllEndpoints || reference.EndpointNames.Contains(e.EndpointName)))
        {
            var variable = $"{VariableName(serviceName ?? reference.Resource.Name.ToUpperInvariant())}_{VariableName(endpoint.EndpointName).ToUpperInvariant()}";
            context.EnvironmentVariables[variable] = endpoint;

            // An endpoint called http or https goes by its scheme, any other by its name: so service discovery finds both.
            var key = endpoint.EndpointName is "http" or "https" ? endpoint.Scheme : endpoint.EndpointName;
            var prefix = $"services__{serviceName ?? reference.Resource.Name}__{key}__";
            var index = 0;
            while (context.EnvironmentVariables.ContainsKey(prefix + index))
            {
                index++;
            }

            context.EnvironmentVariables[prefix + index] = endpoint;
        }
    }

    private static string VariableName(string name) =>
        (name.Length > 0 && char.IsAsciiDigit(name[0]) ? "_" : "") + string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
}
