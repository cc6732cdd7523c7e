using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;

namespace Aspire.Hosting.Run;

/// <summary>Publishes what becomes of a resource, and of the children that live and die with it.</summary>
internal sealed class ResourceReports(DistributedApplicationModel model, ResourceNotificationService notifications, IDistributedApplicationEventing eventing,
    IServiceProvider services, TimeProvider time)
{
    public Task StateAsync(IResource resource, string state) => PublishAsync(resource, s => s with { State = state });

    public Task RunningAsync(IResource resource, string source) => PublishAsync(resource, s => s with
    {
        State = KnownResourceStates.Running,
        StartTimeStamp = time.GetUtcNow().UtcDateTime,
        StopTimeStamp = null,
        ExitCode = null,
        Properties = [.. s.Properties.Where(p => p.Name != CustomResourceKnownProperties.Source), new(CustomResourceKnownProperties.Source, source)],
    });

    public async Task EndedAsync(IResource resource, string state, int? exitCode)
    {
        await PublishAsync(resource, s => s with { State = state, ExitCode = exitCode, StopTimeStamp = time.GetUtcNow().UtcDateTime });
        if (notifications.TryGetCurrentState(resource.Name, out var current))
        {
            await eventing.PublishAsync(new ResourceStoppedEvent(resource, services, current), EventDispatchBehavior.NonBlockingSequential);
        }
    }

    private async Task PublishAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        await notifications.PublishUpdateAsync(resource, change);
        foreach (var child in model.Resources.Where(r => r.ParentOf() == resource && !Orchestrator.CanRun(r)))
        {
            await PublishAsync(child, change);
        }
    }
}
