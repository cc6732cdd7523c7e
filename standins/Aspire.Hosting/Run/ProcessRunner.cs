using System.Collections.Concurrent;
using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using DockerEngine;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Run;

/// <summary>Runs projects and executables as processes of this machine.</summary>
internal sealed class ProcessRunner(ProjectBuilds builds, Ports ports, ResourceReports reports, ResourceLoggerService consoles,
    DistributedApplicationExecutionContext executionContext, ILogger<ProcessRunner> logger) : IResourceRunner
{
    private readonly ConcurrentDictionary<IResource, Running> _running = [];

    public async Task StartAsync(IResource resource, CancellationToken cancellationToken)
    {
        var executable = (ExecutableResource)resource;
        var start = new ProcessStartInfo(executable.Command) { WorkingDirectory = executable.WorkingDirectory };
        if (resource.TryGetLastAnnotation<IProjectMetadata>(out var project))
        {
            await reports.StateAsync(resource, KnownResourceStates.Building);
            start.FileName = ProjectBuilds.Dotnet;
            start.ArgumentList.Add(await builds.BuildAsync(project.ProjectPath, cancellationToken));
        }

        await reports.StateAsync(resource, KnownResourceStates.Starting);
        await ConfigureAsync(resource, start, cancellationToken);
        ports.Release(resource);
        var child = ChildProcess.Start(start, (line, isError) => consoles.Write(resource, line, isError));
        await reports.RunningAsync(resource, project?.ProjectPath ?? executable.Command);
        var running = new Running(child, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _running[resource] = running;
        _ = FollowAsync(resource, running);
    }

    public async Task StopAsync(IResource resource, TimeSpan grace, CancellationToken cancellationToken)
    {
        if (!_running.TryGetValue(resource, out var running))
        {
            return;
        }

        running.IsStopping = true;
        Signals.Terminate(running.Child.Id);
        try
        {
            await running.Ended.Task.WaitAsync(grace, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            consoles.GetLogger(resource).LogWarning("It did not end within {Grace} s after SIGTERM and is killed.", grace.TotalSeconds);
            Signals.Kill(running.Child.Id);
            await running.Ended.Task.WaitAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
        }
    }

    private async Task ConfigureAsync(IResource resource, ProcessStartInfo start, CancellationToken cancellationToken)
    {
        var configuration = await ExecutionConfigurationBuilder.Create(resource).WithArgumentsConfig().WithEnvironmentVariablesConfig()
            .BuildAsync(executionContext, consoles.GetLogger(resource), cancellationToken);
        if (configuration.Exception is { } wrong)
        {
            throw wrong;
        }

        foreach (var (argument, _) in configuration.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        ChildEnvironment.Clean(start.Environment);
        foreach (var (name, value) in configuration.EnvironmentVariables)
        {
            start.Environment[name] = value;
        }

        start.Environment[Leftovers.OwnerVariable] = Owner.Current;
    }

    private async Task FollowAsync(IResource resource, Running running)
    {
        var exitCode = await running.Child.WaitAsync();
        Signals.KillRestOfGroup(running.Child.Id);
        running.Child.Dispose();
        _running.TryRemove(KeyValuePair.Create(resource, running));
        if (!running.IsStopping && exitCode != 0)
        {
            logger.LogError("{Resource} ended by itself with exit code {ExitCode}. Its last line: {LastLine}", resource.Name, exitCode, consoles.LastLine(resource) ?? "none");
        }

        await reports.EndedAsync(resource, exitCode == 0 && !running.IsStopping ? KnownResourceStates.Finished : KnownResourceStates.Exited, exitCode);
        running.Ended.TrySetResult();
    }

    private sealed class Running(ChildProcess child, TaskCompletionSource ended)
    {
        public ChildProcess Child { get; } = child;
        public TaskCompletionSource Ended { get; } = ended;
        public bool IsStopping { get; set; }
    }
}
