using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel
{
    public class BeforeStartEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
    {
        public IServiceProvider Services { get; } = services;
        public DistributedApplicationModel Model { get; } = model;
    }

    public class AfterResourcesCreatedEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
    {
        public IServiceProvider Services { get; } = services;
        public DistributedApplicationModel Model { get; } = model;
    }

    public class InitializeResourceEvent(IResource resource, IDistributedApplicationEventing distributedApplicationEventing,
        ResourceLoggerService resourceLoggerService, ResourceNotificationService resourceNotificationService, IServiceProvider services)
        : IDistributedApplicationResourceEvent
    {
        public IResource Resource { get; } = resource;
        public IDistributedApplicationEventing Eventing { get; } = distributedApplicationEventing;
        public ILogger Logger { get; } = resourceLoggerService.GetLogger(resource);
        public ResourceNotificationService Notifications { get; } = resourceNotificationService;
        public IServiceProvider Services { get; } = services;
    }

    public class ResourceEndpointsAllocatedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
    {
        public IResource Resource { get; } = resource;
        public IServiceProvider Services { get; } = services;
    }

    public class ConnectionStringAvailableEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
    {
        public IResource Resource { get; } = resource;
        public IServiceProvider Services { get; } = services;
    }

    /// <summary>Published before a resource starts; publishing it waits for what the resource waits for.</summary>
    public class BeforeResourceStartedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
    {
        public IResource Resource { get; } = resource;
        public IServiceProvider Services { get; } = services;
    }

    /// <summary>Published when a resource runs and is healthy for the first time since it started.</summary>
    public class ResourceReadyEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
    {
        public IResource Resource { get; } = resource;
        public IServiceProvider Services { get; } = services;
    }

    public class ResourceStoppedEvent(IResource resource, IServiceProvider services, ResourceEvent resourceEvent) : IDistributedApplicationResourceEvent
    {
        public IResource Resource { get; } = resource;
        public IServiceProvider Services { get; } = services;
        public ResourceEvent ResourceEvent { get; } = resourceEvent;
    }
}

namespace Aspire.Hosting.Lifecycle
{
    public interface IDistributedApplicationEventingSubscriber
    {
        Task SubscribeAsync(IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken);
    }

    public static class EventingSubscriberServiceCollectionExtensions
    {
        public static void AddEventingSubscriber<T>(this IServiceCollection services) where T : class, IDistributedApplicationEventingSubscriber =>
            services.AddSingleton<IDistributedApplicationEventingSubscriber, T>();
    }
}
