using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.WaitUntil(dependency.Resource, WaitType.WaitUntilHealthy);

    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitBehavior waitBehavior)
        where T : IResourceWithWaitSupport => builder.WaitUntil(dependency.Resource, WaitType.WaitUntilHealthy, waitBehavior);

    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.WaitUntil(dependency.Resource, WaitType.WaitUntilStarted);

    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitBehavior waitBehavior)
        where T : IResourceWithWaitSupport => builder.WaitUntil(dependency.Resource, WaitType.WaitUntilStarted, waitBehavior);

    public static IResourceBuilder<T> WaitForCompletion<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport => builder.WaitUntil(dependency.Resource, WaitType.WaitForCompletion, exitCode: exitCode);

    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key) where T : IResource =>
        builder.Resource.Annotations.OfType<HealthCheckAnnotation>().Any(a => a.Key == key)
            ? throw new DistributedApplicationException($"Resource '{builder.Resource.Name}' already has a health check with key '{key}'.")
            : builder.WithAnnotation(new HealthCheckAnnotation(key));

    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string? path = null, int? statusCode = null,
        string? endpointName = null) where T : IResourceWithEndpoints => builder.WithHttpHealthCheck(() => endpointName is not null
            ? builder.GetEndpoint(endpointName)
            : builder.GetEndpoint("https") is { Exists: true } https ? https : builder.GetEndpoint("http"), path, statusCode);

    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, Func<EndpointReference>? endpointSelector, string? path = null,
        int? statusCode = null) where T : IResourceWithEndpoints
    {
        if (endpointSelector is null)
        {
            return builder.WithHttpHealthCheck(path, statusCode);
        }

        var endpoint = endpointSelector();
        if (endpoint.Scheme is not ("http" or "https"))
        {
            throw new DistributedApplicationException($"Could not create HTTP health check for resource '{builder.Resource.Name}' as the endpoint with name '{endpoint.EndpointName}' and scheme '{endpoint.Scheme}' is not an HTTP endpoint.");
        }

        var key = $"{builder.Resource.Name}_{endpoint.EndpointName}_{path ?? "/"}_{statusCode ?? 200}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(
            new HealthCheckRegistration(key, _ => new EndpointHealthCheck(endpoint, path ?? "/", statusCode ?? 200), failureStatus: null, tags: null));
        return builder.WithHealthCheck(key);
    }

    public static IResourceBuilder<T> WithCommand<T>(this IResourceBuilder<T> builder, string name, string displayName,
        Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, CommandOptions? commandOptions = null) where T : IResource
    {
        var options = commandOptions ?? new CommandOptions();
        if (builder.Resource.Annotations.OfType<ResourceCommandAnnotation>().FirstOrDefault(c => c.Name == name) is { } former)
        {
            builder.Resource.Annotations.Remove(former);
        }

        return builder.WithAnnotation(new ResourceCommandAnnotation(name, displayName, options.UpdateState ?? (_ => ResourceCommandState.Enabled), executeCommand,
            options.Description, options.Parameter, options.ConfirmationMessage, options.IconName, options.IconVariant, options.IsHighlighted));
    }

    public static IResourceBuilder<T> WithExplicitStart<T>(this IResourceBuilder<T> builder) where T : IResource =>
        builder.WithAnnotation(new ExplicitStartupAnnotation());

    public static IResourceBuilder<T> ExcludeFromManifest<T>(this IResourceBuilder<T> builder) where T : IResource =>
        builder.WithAnnotation(ManifestPublishingCallbackAnnotation.Ignore);

    private static IResourceBuilder<T> WaitUntil<T>(this IResourceBuilder<T> builder, IResource dependency, WaitType type, WaitBehavior? behavior = null,
        int exitCode = 0) where T : IResourceWithWaitSupport
    {
        if (builder.Resource as IResource == dependency || (builder.Resource as IResourceWithParent)?.Parent == dependency)
        {
            throw new DistributedApplicationException($"The '{builder.Resource.Name}' resource cannot wait for itself or for its parent '{dependency.Name}'.");
        }

        // A child need not have a health check of its own, so its parent is waited for as well.
        if (dependency is IResourceWithParent { Parent: var parent } && type != WaitType.WaitForCompletion)
        {
            builder.WaitUntil(parent, type, behavior);
        }

        return builder.WithRelationship(dependency, KnownRelationshipTypes.WaitFor)
            .WithAnnotation(new WaitAnnotation(dependency, type, exitCode) { WaitBehavior = behavior });
    }
}
