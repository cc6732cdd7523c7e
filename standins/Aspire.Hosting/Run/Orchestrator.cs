using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Run;

internal interface IResourceRunner
{
    Task StartAsync(IResource resource, CancellationToken cancellationToken);

    /// <summary>Ends it, by force after the grace. One that does not run is no error.</summary>
    Task StopAsync(IResource resource, TimeSpan grace, CancellationToken cancellationToken);
}

internal sealed record AppHostProject(Assembly? Assembly, string Directory);

/// <summary>Starts what is in the model, in the order of Aspire's events, and ends all of it.</summary>
internal sealed class Orchestrator(DistributedApplicationModel model, DistributedApplicationExecutionContext executionContext, IDistributedApplicationEventing eventing,
    ResourceNotificationService notifications, ResourceLoggerService consoles, ResourceReports reports, ProjectBuilds builds, ProcessRunner processes, ContainerRunner containers,
    Ports ports, IServiceProvider services, IHostApplicationLifetime lifetime, IHostEnvironment environment,
    DistributedApplicationOptions options, TimeProvider time, ILoggerFactory loggers, ILogger<DistributedApplication> logger) : IHostedService, IAsyncDisposable
{
    // Ctrl-C ends everything within 10 s: processes get 4 s, containers what is left of 8, and the rest is for the engine.
    private static readonly TimeSpan GraceOfProcesses = TimeSpan.FromSeconds(4), GraceOfAll = TimeSpan.FromSeconds(8), Limit = TimeSpan.FromSeconds(9.5),
        GraceOfCommand = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<IResource, SemaphoreSlim> _turns = [];
    private PosixSignalRegistration? _hangUp;
    private Task _startingAll = Task.CompletedTask;
    private Task? _stopped;

    public static bool CanRun(IResource resource) => resource.IsContainer() || resource is ExecutableResource;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // A terminal that is closed ends the application as Ctrl-C does.
        _hangUp = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            lifetime.StopApplication();
        });
        foreach (var subscriber in services.GetServices<IDistributedApplicationEventingSubscriber>())
        {
            await subscriber.SubscribeAsync(eventing, executionContext, cancellationToken);
        }

        AddCommands();
        await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken);
        eventing.Subscribe<BeforeResourceStartedEvent>((e, ct) => notifications.WaitForDependenciesAsync(e.Resource, ct));
        await Leftovers.RemoveProcessesAsync(logger, cancellationToken);
        if (model.Resources.Any(r => r.IsContainer()))
        {
            await containers.PrepareAsync(cancellationToken);
        }

        if (options.EnableResourceLogging)
        {
            _ = Task.WhenAll(model.Resources.Select(CopyConsoleAsync));
        }

        await PublishParametersAsync(cancellationToken);
        await AllocateAsync(cancellationToken);
        builds.Begin(_stopping.Token);
        _startingAll = StartAllAsync(_stopping.Token);
        logger.LogInformation("Distributed application started. Press Ctrl-C to shut down.");
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stopped ??= StopAllAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _hangUp?.Dispose();
        _stopping.Dispose();
    }

    private void AddCommands()
    {
        foreach (var resource in model.Resources.Where(CanRun))
        {
            Add(KnownResourceCommands.StartCommand, "Start", "Play", StartAsync, state => state is null || HasEnded(state) ? ResourceCommandState.Enabled : ResourceCommandState.Hidden);
            Add(KnownResourceCommands.StopCommand, "Stop", "Stop", StopAsync, state => HasEnded(state) ? ResourceCommandState.Hidden : IfRunning(state));
            Add(KnownResourceCommands.RestartCommand, "Restart", "ArrowCounterclockwise", RestartAsync, IfRunning);

            void Add(string name, string display, string icon, Func<IResource, CancellationToken, Task<bool>> execute, Func<string?, ResourceCommandState> stateOf) =>
                resource.Annotations.Add(new ResourceCommandAnnotation(name, display, c => stateOf(c.ResourceSnapshot.State?.Text), async context =>
                    await execute(resource, context.CancellationToken) ? CommandResults.Success() : CommandResults.Failure($"'{resource.Name}' did not start: its console says why."),
                    null, null, null, icon, IconVariant.Filled, isHighlighted: name != KnownResourceCommands.RestartCommand));
        }

        static bool HasEnded(string? state) => state == KnownResourceStates.NotStarted || KnownResourceStates.TerminalStates.Contains(state);

        static ResourceCommandState IfRunning(string? state) => state == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;
    }

    private async Task CopyConsoleAsync(IResource resource)
    {
        var log = loggers.CreateLogger($"{environment.ApplicationName}.Resources.{resource.Name}");
        await foreach (var line in consoles.WatchAsync(resource).SelectMany(batch => batch))
        {
            log.Log(line.IsErrorMessage ? LogLevel.Error : LogLevel.Information, "{Resource}: {Line}", resource.Name, line.Content);
        }
    }

    private async Task PublishParametersAsync(CancellationToken cancellationToken)
    {
        List<string> missing = [];
        foreach (var parameter in model.Resources.OfType<ParameterResource>())
        {
            try
            {
                var value = await parameter.GetValueAsync(cancellationToken);
                await notifications.PublishUpdateAsync(parameter, s => s with
                {
                    State = KnownResourceStates.Running,
                    IsHidden = true,
                    Properties = [new("Value", parameter.Secret ? "***" : value) { IsSensitive = parameter.Secret }],
                });
            }
            catch (MissingParameterValueException e)
            {
                missing.Add(e.Message);
            }
        }

        if (missing.Count > 0)
        {
            throw new DistributedApplicationException(string.Join(' ', missing));
        }
    }

    private async Task AllocateAsync(CancellationToken cancellationToken)
    {
        var withEndpoints = model.Resources.OfType<IResourceWithEndpoints>().Where(CanRun).ToArray();
        foreach (var resource in withEndpoints)
        {
            ports.Allocate(resource);
        }

        ports.ThrowIfTaken(withEndpoints.Where(r => !r.HasAnnotationOfType<ExplicitStartupAnnotation>()));
        foreach (var resource in model.Resources.Where(r => r is not ParameterResource))
        {
            if (CanRun(resource))
            {
                await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken);
            }

            var urls = await UrlsAsync(resource, cancellationToken);
            await notifications.PublishUpdateAsync(resource, s => s with { State = s.State ?? KnownResourceStates.NotStarted, Urls = urls });
            if (resource is IResourceWithConnectionString && (CanRun(resource) || (resource is IResourceWithParent { Parent: var parent } && CanRun(parent))))
            {
                await eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services), cancellationToken);
            }
        }
    }

    private async Task<ImmutableArray<UrlSnapshot>> UrlsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var endpoints = CanRun(resource) && resource is IResourceWithEndpoints with ? with.GetEndpoints() : [];
        var context = new ResourceUrlsCallbackContext(executionContext, resource, [.. endpoints.Select(e => new ResourceUrlAnnotation { Url = e.Url, Endpoint = e })], cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<ResourceUrlsCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        return [.. context.Urls.Select(u => new UrlSnapshot(u.Endpoint?.EndpointName, u.Url, IsInternal: false)
        {
            DisplayProperties = new UrlDisplayPropertiesSnapshot(u.DisplayText ?? ""),
        })];
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        var initialized = model.Resources.Select(r => InitializeAsync(r, cancellationToken));
        var started = model.Resources.Where(r => CanRun(r) && !r.HasAnnotationOfType<ExplicitStartupAnnotation>()).Select(r => StartAsync(r, cancellationToken));
        try
        {
            await Task.WhenAll([.. initialized, .. started]);
            await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task InitializeAsync(IResource resource, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await TryAsync(resource, () => eventing.PublishAsync(new InitializeResourceEvent(resource, eventing, consoles, notifications, services), cancellationToken));
    }

    private async Task<bool> TryAsync(IResource resource, Func<Task> start)
    {
        try
        {
            await start();
            return true;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            var reason = e is DistributedApplicationException ? e.Message : e.ToString();
            consoles.GetLogger(resource).LogError("{Reason}", reason);
            logger.LogError("{Resource} failed to start: {Reason}", resource.Name, reason);
            await reports.EndedAsync(resource, KnownResourceStates.FailedToStart, exitCode: null);
        }

        return false;
    }

    private async Task<bool> StartAsync(IResource resource, CancellationToken cancellationToken)
    {
        await Task.Yield();
        using var unlessStopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        return await InTurnAsync(resource, () => TryAsync(resource, async () =>
        {
            await eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services), unlessStopping.Token);
            await RunnerOf(resource).StartAsync(resource, unlessStopping.Token);
        }), unlessStopping.Token);
    }

    private Task<bool> StopAsync(IResource resource, CancellationToken cancellationToken) => InTurnAsync(resource, async () =>
    {
        await reports.StateAsync(resource, KnownResourceStates.Stopping);
        await RunnerOf(resource).StopAsync(resource, GraceOfCommand, cancellationToken);
        return true;
    }, cancellationToken);

    private async Task<bool> RestartAsync(IResource resource, CancellationToken cancellationToken) =>
        await StopAsync(resource, cancellationToken) && await StartAsync(resource, cancellationToken);

    private IResourceRunner RunnerOf(IResource resource) => resource.IsContainer() ? containers : processes;

    private async Task<bool> InTurnAsync(IResource resource, Func<Task<bool>> action, CancellationToken cancellationToken)
    {
        var turn = _turns.GetOrAdd(resource, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await action();
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task StopAllAsync()
    {
        await _stopping.CancelAsync();
        using var limit = new CancellationTokenSource(Limit);
        var began = time.GetTimestamp();
        await Task.WhenAny(_startingAll, Task.Delay(TimeSpan.FromSeconds(1)));
        await Task.WhenAll(model.Resources.OfType<ExecutableResource>().Select(r => EndAsync(processes, r, GraceOfProcesses)));
        await Task.WhenAll(model.Resources.Where(r => r.IsContainer()).Select(r => EndAsync(containers, r, GraceOfAll - time.GetElapsedTime(began))));
        try
        {
            await containers.RemoveRestAsync(limit.Token);
        }
        catch (Exception e) when (e is DockerEngine.DockerEngineException or OperationCanceledException)
        {
            logger.LogWarning("The network of the containers stays until the next start: {Reason}", e.Message);
        }

        async Task EndAsync(IResourceRunner runner, IResource resource, TimeSpan grace)
        {
            try
            {
                await runner.StopAsync(resource, grace, limit.Token);
            }
            catch (Exception e)
            {
                logger.LogWarning("{Resource} could not be ended: {Reason}", resource.Name, e.Message);
            }
        }
    }
}
