using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.ApplicationModel;

public class ResourceNotificationServiceOptions
{
    /// <summary>What a resource does that waits for another one which failed; with a dashboard somebody may start it again.</summary>
    public WaitBehavior DefaultWaitBehavior { get; set; }
}

/// <summary>The state of every resource: who changes it publishes here, who wants to know watches or waits here.</summary>
public class ResourceNotificationService(ILogger<ResourceNotificationService> logger, IHostApplicationLifetime hostApplicationLifetime,
    IServiceProvider serviceProvider, ResourceLoggerService resourceLoggerService) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> _watchers = [];
    private readonly CancellationTokenSource _disposed = new();

    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory) =>
        PublishUpdateAsync(resource, resource.Name, stateFactory);

    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        lock (_lock)
        {
            var former = _current.TryGetValue(resourceId, out var known) ? known.Snapshot : InitialSnapshot(resource);
            var next = WithDerived(resource, stateFactory(former));
            var update = new ResourceEvent(resource, resourceId, next);
            _current[resourceId] = update;
            _watchers.ForEach(w => w.Writer.TryWrite(update));
            if (next.State?.Text is { } state && state != former.State?.Text && !next.IsHidden)
            {
                logger.LogInformation("{Resource}: {State}{ExitCode}", resourceId, state, next.ExitCode is { } code && KnownResourceStates.TerminalStates.Contains(state) ? $" (exit code {code})" : "");
            }
        }

        return Task.CompletedTask;
    }

    public bool TryGetCurrentState(string resourceId, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_lock)
        {
            return _current.TryGetValue(resourceId, out resourceEvent);
        }
    }

    /// <summary>The present state of each resource, then every change.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>();
        lock (_lock)
        {
            foreach (var known in _current.Values)
            {
                channel.Writer.TryWrite(known);
            }

            _watchers.Add(channel);
        }

        // Where the application ends there is no more to see; only the watcher's own wish to stop is a cancellation.
        await using var end = hostApplicationLifetime.ApplicationStopped.Register(() => channel.Writer.TryComplete());
        await using var disposed = _disposed.Token.Register(() => channel.Writer.TryComplete());
        try
        {
            await foreach (var update in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return update;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(channel);
            }
        }
    }

    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var states = targetStates.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var found = await WaitForResourceAsync(resourceName, e => e.Snapshot.State is { } state && states.Contains(state.Text), cancellationToken);
        return found.Snapshot.State!.Text;
    }

    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (var update in WatchAsync(cancellationToken))
        {
            if (string.Equals(update.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase) && predicate(update))
            {
                return update;
            }
        }

        throw new OperationCanceledException($"The application stopped before resource '{resourceName}' met the condition.");
    }

    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceHealthyAsync(resourceName, DefaultWaitBehavior, cancellationToken);

    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        var update = await WaitForResourceAsync(resourceName, e => IsUp(e, waitBehavior, s => s is { HealthStatus: HealthStatus.Healthy, ReadyHandlers: not null }), cancellationToken);
        ThrowIfEnded(update);
        await update.Snapshot.ReadyHandlers!.WaitAsync(cancellationToken);
        return update;
    }

    /// <summary>Returns when everything that the resource waits for is as it wants it, and throws if that can no longer happen.</summary>
    public async Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken)
    {
        if (!resource.TryGetAnnotationsOfType<WaitAnnotation>(out var waits))
        {
            return;
        }

        await PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Waiting });
        await Task.WhenAll(waits.Select(w => WaitForDependencyAsync(resource, w, cancellationToken)));
    }

    public void Dispose()
    {
        _disposed.Cancel();
        GC.SuppressFinalize(this);
    }

    private WaitBehavior DefaultWaitBehavior => serviceProvider.GetRequiredService<IOptions<ResourceNotificationServiceOptions>>().Value.DefaultWaitBehavior;

    private async Task WaitForDependencyAsync(IResource resource, WaitAnnotation wait, CancellationToken cancellationToken)
    {
        var console = resourceLoggerService.GetLogger(resource);
        var dependency = wait.Resource.Name;
        var behavior = wait.WaitBehavior ?? DefaultWaitBehavior;
        console.LogInformation("Waiting for resource '{Dependency}': {WaitType}.", dependency, wait.WaitType);
        switch (wait.WaitType)
        {
            case WaitType.WaitUntilHealthy:
                await WaitForResourceHealthyAsync(dependency, behavior, cancellationToken);
                break;
            case WaitType.WaitUntilStarted:
                ThrowIfEnded(await WaitForResourceAsync(dependency, e => IsUp(e, behavior, _ => true), cancellationToken));
                break;
            default:
                var ended = await WaitForResourceAsync(dependency, e => HasEnded(e.Snapshot), cancellationToken);
                if (ended.Snapshot.State?.Text == KnownResourceStates.FailedToStart || ended.Snapshot.ExitCode is { } code && code != wait.ExitCode)
                {
                    throw new DistributedApplicationException($"Resource '{dependency}' ended as '{ended.Snapshot.State?.Text}' with exit code {ended.Snapshot.ExitCode}; '{resource.Name}' wants exit code {wait.ExitCode}.");
                }

                break;
        }

        console.LogInformation("Finished waiting for resource '{Dependency}'.", dependency);
    }

    private static bool IsUp(ResourceEvent update, WaitBehavior behavior, Func<CustomResourceSnapshot, bool> condition) =>
        (update.Snapshot.State?.Text == KnownResourceStates.Running && condition(update.Snapshot))
        || (behavior == WaitBehavior.StopOnResourceUnavailable && HasEnded(update.Snapshot));

    private static bool HasEnded(CustomResourceSnapshot snapshot) => snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text);

    private static void ThrowIfEnded(ResourceEvent update)
    {
        if (HasEnded(update.Snapshot))
        {
            throw new DistributedApplicationException($"Stopped waiting for resource '{update.Resource.Name}': its state is '{update.Snapshot.State!.Text}'.");
        }
    }

    private static CustomResourceSnapshot InitialSnapshot(IResource resource) => new() { ResourceType = ResourceTypeOf(resource), Properties = [] };

    private static string ResourceTypeOf(IResource resource) => resource switch
    {
        _ when resource.IsContainer() => "Container",
        _ when resource.HasAnnotationOfType<IProjectMetadata>() => "Project",
        ExecutableResource => "Executable",
        _ => resource.GetType().Name.EndsWith("Resource", StringComparison.Ordinal) ? resource.GetType().Name[..^"Resource".Length] : resource.GetType().Name,
    };

    // Health belongs to one period of running: a resource that starts again has to prove itself again.
    private CustomResourceSnapshot WithDerived(IResource resource, CustomResourceSnapshot next)
    {
        if (next.State?.Text != KnownResourceStates.Running || next.HealthReports.IsEmpty)
        {
            next = next with
            {
                HealthReports = [.. resource.Annotations.OfType<HealthCheckAnnotation>().Select(a => new HealthReportSnapshot(a.Key, null, null, null))],
                ReadyHandlers = next.State?.Text == KnownResourceStates.Running ? next.ReadyHandlers : null,
            };
        }

        var relationships = resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(r => new RelationshipSnapshot(r.Resource.Name, r.Type));
        if (resource is IResourceWithParent { Parent: var parent })
        {
            relationships = relationships.Append(new RelationshipSnapshot(parent.Name, KnownRelationshipTypes.Parent));
        }

        var context = new UpdateCommandStateContext { ResourceSnapshot = next, Services = serviceProvider };
        return next with
        {
            Relationships = [.. relationships.Distinct()],
            Commands = [.. resource.Annotations.OfType<ResourceCommandAnnotation>().Select(c => new ResourceCommandSnapshot(c.Name, c.UpdateState(context),
                c.DisplayName, c.DisplayDescription, c.Parameter, c.ConfirmationMessage, c.IconName, c.IconVariant, c.IsHighlighted))],
        };
    }
}
