using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using FooBar.AppHost.MySqlCluster;
using FooBar.AppHost.Publishing.Model;

namespace FooBar.AppHost.Publishing;

/// <summary>What is said of a resource for the day it is published; all of it means nothing when the application runs here.</summary>
internal static class PublishingBuilderExtensions
{
    /// <summary>Settings of the service's Deployment in Kubernetes. Without them it is one small pod.</summary>
    public static IResourceBuilder<ProjectResource> PublishAsDeployment(
        this IResourceBuilder<ProjectResource> service, Action<DeploymentSettings> configure) => service.Configure(configure);

    /// <summary>Settings of the cluster's StatefulSet in Kubernetes.</summary>
    public static IResourceBuilder<MySqlClusterResource> PublishAsStatefulSet(
        this IResourceBuilder<MySqlClusterResource> cluster, Action<StatefulSetSettings> configure) => cluster.Configure(configure);

    /// <summary>Settings of the service or the cluster in a compose file.</summary>
    public static IResourceBuilder<T> PublishAsComposeService<T>(this IResourceBuilder<T> resource, Action<ComposeSettings> configure)
        where T : IResource => resource.Configure(configure);

    /// <summary>Gives the published service the entries of a secret as files.</summary>
    public static IResourceBuilder<ProjectResource> PublishWithSecretFiles(
        this IResourceBuilder<ProjectResource> service, string secret, string directory) => service.WithAnnotation(new SecretFiles(secret, directory));

    /// <summary>Sets a variable of the published service; where the application runs on this machine it is not set.</summary>
    public static IResourceBuilder<ProjectResource> PublishWithEnvironment(
        this IResourceBuilder<ProjectResource> service, string name, string value) =>
        service.ApplicationBuilder.ExecutionContext.IsPublishMode ? service.WithEnvironment(name, value) : service;

    private static IResourceBuilder<TResource> Configure<TResource, TSettings>(this IResourceBuilder<TResource> resource, Action<TSettings> configure)
        where TResource : IResource where TSettings : IResourceAnnotation, new()
    {
        if (!resource.Resource.TryGetLastAnnotation<TSettings>(out var settings))
        {
            resource.WithAnnotation(settings = new TSettings());
        }

        configure(settings);
        return resource;
    }
}
