using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Run;

/// <summary>Builds each distinct project once, one after the other: two builds at once would write the same files of a shared project.</summary>
internal sealed class ProjectBuilds(DistributedApplicationModel model, ResourceLoggerService consoles, AppHostProject appHost) : IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _builds = [];

    /// <summary>The dotnet program that runs this process, or the one on the PATH.</summary>
    public static string Dotnet { get; } = Path.GetFullPath("../../../dotnet", RuntimeEnvironment.GetRuntimeDirectory()) is var own && File.Exists(own) ? own : "dotnet";

    /// <summary>Begins to build every project, in turn, while what they wait for starts.</summary>
    public void Begin(CancellationToken cancellationToken)
    {
        foreach (var project in model.Resources.SelectMany(r => r.Annotations.OfType<IProjectMetadata>()).Select(p => p.ProjectPath).Where(File.Exists).Distinct())
        {
            _ = BuildOf(project, cancellationToken).Value;
        }
    }

    /// <summary>Returns the assembly to run. A build that fails is tried again by who asks after it has failed.</summary>
    public async Task<string> BuildAsync(string project, CancellationToken cancellationToken)
    {
        var build = BuildOf(project, cancellationToken);
        try
        {
            return await build.Value.WaitAsync(cancellationToken);
        }
        catch when (build.Value.IsFaulted || build.Value.IsCanceled)
        {
            _builds.TryRemove(KeyValuePair.Create(project, build));
            throw;
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private Lazy<Task<string>> BuildOf(string project, CancellationToken cancellationToken) =>
        _builds.GetOrAdd(project, _ => new Lazy<Task<string>>(() => BuildInTurnAsync(project, cancellationToken)));

    private async Task<string> BuildInTurnAsync(string project, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            // Another AppHost of this checkout may be building now: a test run beside ./run.
            using var alone = await FileLock.AcquireAsync(Path.Combine(appHost.Directory, "obj", "build.lock"), TimeSpan.FromMinutes(5), cancellationToken);
            return await BuildNowAsync(project, cancellationToken);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task<string> BuildNowAsync(string project, CancellationToken cancellationToken)
    {
        var configuration = appHost.Assembly?.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration is { Length: > 0 } named ? named : "Debug";
        var properties = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Dotnet) { WorkingDirectory = Path.GetDirectoryName(project)!, RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in new[]
            {
                "build", project, "--configuration", configuration, "--nologo", "-verbosity:quiet", "-maxcpucount:1", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-consoleLoggerParameters:NoSummary",
                "-target:Build", "-getProperty:TargetPath", "-getResultOutputFile:" + properties,
            })
            {
                start.ArgumentList.Add(argument);
            }

            ChildEnvironment.Clean(start.Environment);
            string? firstError = null;
            var resources = model.Resources.Where(r => r.TryGetLastAnnotation<IProjectMetadata>(out var metadata) && metadata.ProjectPath == project).ToArray();
            Report($"Building {project}", isError: false);
            var exitCode = await ChildProcess.RunAsync(start, Report, cancellationToken);
            if (exitCode != 0)
            {
                throw new DistributedApplicationException($"{Path.GetFileName(project)} does not build: {firstError ?? $"dotnet build ended with exit code {exitCode}"}. Mend it, then start {string.Join(" and ", resources.Select(r => $"'{r.Name}'"))} again.");
            }

            return (await File.ReadAllTextAsync(properties, cancellationToken)).Trim();

            void Report(string line, bool isError)
            {
                firstError ??= line.Contains(": error ", StringComparison.Ordinal) ? line.Trim() : null;
                foreach (var resource in resources)
                {
                    consoles.Write(resource, line, isError);
                }
            }
        }
        finally
        {
            File.Delete(properties);
        }
    }
}
