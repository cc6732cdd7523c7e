using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using DockerEngine;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Run;

/// <summary>Runs containers on a network of this application's own, on which each is found by its name.</summary>
internal sealed class ContainerRunner(Ports ports, ResourceReports reports, ResourceLoggerService consoles, DistributedApplicationExecutionContext executionContext,
    AppHostProject appHost, IServiceProvider services, ILogger<ContainerRunner> logger) : IResourceRunner, IDisposable
{
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(10), LookAgain = TimeSpan.FromMilliseconds(500);

    private const string SessionLabel = "aspire-standin.session";

    private readonly string _session = Guid.NewGuid().ToString("N")[..8];
    private readonly ConcurrentDictionary<IResource, Running> _running = [];
    private readonly SemaphoreSlim _network = new(1);
    private readonly CancellationTokenSource _disposed = new();
    private Dictionary<string, string> Labels => new() { [Leftovers.OwnerLabel] = Owner.Current, [SessionLabel] = _session };

    private DockerClient? _engine;
    private string? _networkId;

    /// <summary>Throws unless an engine answers, and removes what a killed AppHost left there.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            _engine ??= new DockerClient();
            await _engine.PingAsync(cancellationToken);
        }
        catch (DockerEngineException e)
        {
            throw new DistributedApplicationException(e.Message, e);
        }

        await Leftovers.RemoveContainersAsync(_engine, logger, cancellationToken);
    }

    public async Task StartAsync(IResource resource, CancellationToken cancellationToken)
    {
        await reports.StateAsync(resource, KnownResourceStates.Starting);
        try
        {
            if (_running.TryRemove(resource, out var former))
            {
                await former.RemoveAsync(_engine!, cancellationToken);
            }

            await BringImageAsync(resource, cancellationToken);
            var spec = await DescribeAsync(resource, await NetworkAsync(cancellationToken), cancellationToken);
            var files = await ContainerFiles.CollectAsync(resource, services, cancellationToken);
            var running = new Running(await _engine!.Containers.CreateAsync($"{resource.Name}-{_session}", spec, cancellationToken), spec.StopTimeout ?? DefaultGrace);
            _running[resource] = running;
            if (files.Count > 0)
            {
                await _engine.Containers.PutFilesAsync(running.Id, files, cancellationToken);
            }

            ports.Release(resource);
            await _engine.Containers.StartAsync(running.Id, cancellationToken);
            await reports.RunningAsync(resource, spec.Image);
            running.Follow = Task.WhenAll(
                FollowAsync(resource, running, () => FollowStateAsync(resource, running, spec.Image)),
                FollowAsync(resource, running, () => FollowConsoleAsync(resource, running)));
        }
        catch (DockerEngineException e)
        {
            throw new DistributedApplicationException(e.Message, e);
        }
    }

    /// <summary>Stops it and removes it; its volumes stay. Starting it again makes a new one from the same description.</summary>
    public async Task StopAsync(IResource resource, TimeSpan grace, CancellationToken cancellationToken)
    {
        if (!_running.TryRemove(resource, out var running))
        {
            return;
        }

        running.IsStopping = true;
        int? exitCode = null;
        try
        {
            await _engine!.Containers.StopAsync(running.Id, grace < running.Grace ? grace : running.Grace, cancellationToken);
            exitCode = (await _engine.Containers.InspectAsync(running.Id, cancellationToken))?.State.ExitCode;
        }
        catch (DockerEngineException e)
        {
            consoles.GetLogger(resource).LogWarning("It could not be stopped and is removed: {Reason}", e.Message);
        }

        await running.RemoveAsync(_engine!, cancellationToken);
        await reports.EndedAsync(resource, KnownResourceStates.Exited, exitCode);
    }

    /// <summary>Removes the network, and the containers whose creation was cut short.</summary>
    public async Task RemoveRestAsync(CancellationToken cancellationToken)
    {
        if (_networkId is null)
        {
            return;
        }

        foreach (var container in await _engine!.Containers.ListAsync([$"{SessionLabel}={_session}"], cancellationToken))
        {
            await _engine.Containers.RemoveAsync(container.Id, cancellationToken);
        }

        await _engine.Networks.RemoveAsync(_networkId, cancellationToken);
        _networkId = null;
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _engine?.Dispose();
        _network.Dispose();
    }

    private async Task BringImageAsync(IResource resource, CancellationToken cancellationToken)
    {
        var console = consoles.GetLogger(resource);
        resource.TryGetContainerImageName(out var image);
        if (await _engine!.Images.InspectAsync(image!, cancellationToken) is null)
        {
            logger.LogInformation("{Resource}: pulling image {Image}.", resource.Name, image);
            await _engine.Images.PullAsync(image!, new Lines<PullProgress>(p => console.LogInformation("{Layer} {Status} {Progress}", p.Layer, p.Status, p.Progress)), cancellationToken);
        }
    }

    private async Task<string> NetworkAsync(CancellationToken cancellationToken)
    {
        await _network.WaitAsync(cancellationToken);
        try
        {
            return _networkId ??= await _engine!.Networks.CreateAsync($"aspire-{_session}", Labels, cancellationToken);
        }
        finally
        {
            _network.Release();
        }
    }

    private async Task<ContainerSpec> DescribeAsync(IResource resource, string network, CancellationToken cancellationToken)
    {
        var configuration = await ExecutionConfigurationBuilder.Create(resource).WithArgumentsConfig().WithEnvironmentVariablesConfig()
            .BuildAsync(executionContext, consoles.GetLogger(resource), cancellationToken);
        if (configuration.Exception is { } wrong)
        {
            throw wrong;
        }

        resource.TryGetContainerImageName(out var image);
        var arguments = configuration.Arguments.Select(a => a.Value).ToArray();
        var spec = new ContainerSpec(image!)
        {
            Hostname = resource.Name,
            Entrypoint = (resource as ContainerResource)?.Entrypoint is { } entrypoint ? [entrypoint] : null,
            Command = arguments.Length > 0 ? arguments : null,
            Environment = configuration.EnvironmentVariables.ToDictionary(),
            Labels = Labels,
            Network = network,
            Aliases = [resource.Name, .. resource.Annotations.OfType<ContainerNetworkAliasAnnotation>().Select(a => a.Alias)],
            Ports = [.. resource.Annotations.OfType<EndpointAnnotation>().Select(e => new PortSpec(e.TargetPort!.Value, e.AllocatedEndpoint!.Port))],
            Mounts = [.. resource.Annotations.OfType<ContainerMountAnnotation>().Select(Mount)],
        };
        return await ContainerArguments.ApplyAsync(spec, resource, cancellationToken);

        MountSpec Mount(ContainerMountAnnotation mount) => mount.Type == ContainerMountType.BindMount
            ? MountSpec.Bind(Path.GetFullPath(mount.Source!, appHost.Directory), mount.Target, mount.IsReadOnly)
            : MountSpec.Volume(mount.Source!, mount.Target, mount.IsReadOnly);
    }

    // A container may end and start again without us: by its restart policy, or because somebody starts it by hand.
    private async Task FollowStateAsync(IResource resource, Running running, string image)
    {
        while (true)
        {
            var exitCode = await _engine!.Containers.WaitAsync(running.Id, _disposed.Token);
            if (running.IsStopping)
            {
                return;
            }

            logger.LogWarning("{Resource} ended by itself with exit code {ExitCode}. Its last line: {LastLine}", resource.Name, exitCode, consoles.LastLine(resource) ?? "none");
            await reports.EndedAsync(resource, KnownResourceStates.Exited, exitCode);
            while (await _engine.Containers.InspectAsync(running.Id, _disposed.Token) is not { State: { Running: true, Status: "running" } })
            {
                await Task.Delay(LookAgain, _disposed.Token);
            }

            await reports.RunningAsync(resource, image);
        }
    }

    private async Task FollowConsoleAsync(IResource resource, Running running)
    {
        for (DateTimeOffset? since = null; !running.IsStopping; await Task.Delay(LookAgain, _disposed.Token))
        {
            await foreach (var line in _engine!.Containers.LogsAsync(running.Id, follow: true, since, _disposed.Token))
            {
                since = line.At.AddTicks(1);
                consoles.Write(resource, line.Text, line.IsError);
            }
        }
    }

    private async Task FollowAsync(IResource resource, Running running, Func<Task> follow)
    {
        try
        {
            await follow();
        }
        catch (Exception e) when (e is OperationCanceledException or DockerEngineException or IOException)
        {
            if (!running.IsStopping && !_disposed.IsCancellationRequested)
            {
                logger.LogWarning("{Resource} is no longer followed: {Reason}", resource.Name, e.Message);
                await reports.EndedAsync(resource, KnownResourceStates.Exited, exitCode: null);
            }
        }
    }

    private sealed class Running(string id, TimeSpan grace)
    {
        public string Id { get; } = id;
        public TimeSpan Grace { get; } = grace;
        public bool IsStopping { get; set; }
        public Task Follow { get; set; } = Task.CompletedTask;

        public async Task RemoveAsync(DockerClient engine, CancellationToken cancellationToken)
        {
            IsStopping = true;
            await engine.Containers.RemoveAsync(Id, cancellationToken);
            await Task.WhenAny(Follow, Task.Delay(TimeSpan.FromSeconds(1), cancellationToken));
        }
    }

    // Progress<T> would report on the thread pool, in any order.
    private sealed class Lines<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
