using System.Diagnostics;
using System.Globalization;
using System.Text;
using DockerEngine;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;

namespace DotNet.Testcontainers.Containers;

public abstract class DockerContainer : IContainer
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(2), StopGrace = TimeSpan.FromSeconds(10), ExecLimit = TimeSpan.FromMinutes(10);

    private readonly ContainerConfiguration _configuration;
    private DockerClient? _engine;
    private ContainerInfo? _info;

    internal DockerContainer(ContainerConfiguration configuration) => _configuration = configuration;

    public string Id => Info.Id;

    public string Name => "/" + Info.Name;

    public string IpAddress => Info.NetworkSettings.Networks?.Values.Select(endpoint => endpoint.IPAddress).FirstOrDefault() ?? "";

    public string Hostname => (_engine ?? throw NotCreated()).Endpoint.Host;

    public TestcontainersStates State => _info is null
        ? TestcontainersStates.Undefined
        : Enum.TryParse<TestcontainersStates>(Refresh().State.Status, ignoreCase: true, out var state) ? state : TestcontainersStates.Undefined;

    private ContainerInfo Info => _info ?? throw NotCreated();

    public ushort GetMappedPublicPort() => GetMappedPublicPort(_configuration.Ports.Keys.First());

    public ushort GetMappedPublicPort(int containerPort) => (ushort)(Info.HostPort(containerPort)
        ?? throw new InvalidOperationException($"Port {containerPort} of container {Name} is not published; add WithPortBinding({containerPort}, true)."));

    public async Task<long> GetExitCodeAsync(CancellationToken ct = default) => await _engine!.Containers.WaitAsync(Id, ct);

    public async Task<(string Stdout, string Stderr)> GetLogsAsync(
        DateTime since = default, DateTime until = default, bool timestampsEnabled = true, CancellationToken ct = default)
    {
        StringBuilder stdout = new(), stderr = new();
        await foreach (var line in _engine!.Containers.LogsAsync(Id, follow: false, since == default ? null : since, ct))
        {
            if (until == default || line.At <= until)
            {
                (line.IsError ? stderr : stdout).Append(timestampsEnabled ? line.At.ToString("O", CultureInfo.InvariantCulture) + " " : "").Append(line.Text).Append('\n');
            }
        }

        return (stdout.ToString(), stderr.ToString());
    }

    public async Task StartAsync(CancellationToken ct = default)
    {
        _engine ??= await Engine.GetAsync(ct);
        var id = _info?.Id ?? await CreateAsync(_engine, ct);
        await _engine.Containers.StartAsync(id, ct);
        _info = await _engine.Containers.InspectAsync(id, ct);
        await WaitUntilReadyAsync(ct);
    }

    public async Task StopAsync(CancellationToken ct = default)
    {
        if (_info is not null)
        {
            await _engine!.Containers.StopAsync(Id, StopGrace, ct);
        }
    }

    public Task PauseAsync(CancellationToken ct = default) => _engine!.Containers.PauseAsync(Id, ct);

    public Task UnpauseAsync(CancellationToken ct = default) => _engine!.Containers.UnpauseAsync(Id, ct);

    public Task CopyAsync(byte[] fileContent, string filePath, uint uid = 0, uint gid = 0, UnixFileModes fileMode = Unix.FileMode644, CancellationToken ct = default) =>
        _engine!.Containers.PutFilesAsync(Id, [new ContainerFile(filePath, fileContent, (UnixFileMode)fileMode, (int)uid, (int)gid)], ct);

    public async Task<ExecResult> ExecAsync(IList<string> command, CancellationToken ct = default)
    {
        var outcome = await _engine!.Containers.ExecAsync(Id, [.. command], ExecLimit, ct);
        return new ExecResult(outcome.Stdout, outcome.Stderr, outcome.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_info is null || _engine is null)
        {
            return;
        }

        if (_configuration.CleanUp)
        {
            await _engine.Containers.RemoveAsync(Id, CancellationToken.None);
        }
        else
        {
            await StopAsync();
        }

        _info = null;
    }

    private static InvalidOperationException NotCreated() => new("The container does not exist yet; call StartAsync first.");

    private async Task<string> CreateAsync(DockerClient engine, CancellationToken ct)
    {
        foreach (var needed in _configuration.Needs)
        {
            await needed.CreateAsync(ct);
        }

        if (await engine.Images.InspectAsync(_configuration.Spec.Image, ct) is null)
        {
            await engine.Images.PullAsync(_configuration.Spec.Image, progress: null, ct);
        }

        var id = await engine.Containers.CreateAsync(_configuration.Name, _configuration.ToSpec(), ct);
        _info = await engine.Containers.InspectAsync(id, ct);
        foreach (var network in _configuration.Networks.Skip(1))
        {
            await engine.Networks.ConnectAsync(network, id, _configuration.Spec.Aliases, ct);
        }

        if (!_configuration.Files.IsEmpty)
        {
            await engine.Containers.PutFilesAsync(id, _configuration.Files, ct);
        }

        return id;
    }

    private async Task WaitUntilReadyAsync(CancellationToken ct)
    {
        var begun = Stopwatch.GetTimestamp();
        foreach (var condition in _configuration.Conditions)
        {
            while (!await IsMetAsync(condition, ct))
            {
                if (Stopwatch.GetElapsedTime(begun) > ReadyLimit)
                {
                    throw new TimeoutException($"Container {Name} ({_configuration.Spec.Image}) was not ready within {ReadyLimit.TotalSeconds:0} s. Its last lines:\n{await LastLinesAsync(ct)}");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(200), ct);
            }
        }
    }

    private async Task<bool> IsMetAsync(IWaitUntil condition, CancellationToken ct)
    {
        var state = (await _engine!.Containers.InspectAsync(Id, ct))?.State;
        if (state is not { Running: true })
        {
            throw new ContainerNotRunningException(
                $"Container {Name} ({_configuration.Spec.Image}) ended with code {state?.ExitCode} before it was ready. Its last lines:\n{await LastLinesAsync(ct)}");
        }

        try
        {
            return await condition.UntilAsync(this).WaitAsync(ct);
        }
        catch (DockerEngineException ended) when (ended.IsConflict)
        {
            // It ended just now; the next look says so with its reason.
            return false;
        }
    }

    private async Task<string> LastLinesAsync(CancellationToken ct)
    {
        var (stdout, stderr) = await GetLogsAsync(timestampsEnabled: false, ct: ct);
        return string.Join('\n', (stdout + stderr).TrimEnd().Split('\n').TakeLast(10));
    }

    private ContainerInfo Refresh() =>
        _info = _engine!.Containers.InspectAsync(Id, CancellationToken.None).GetAwaiter().GetResult() ?? Info;
}
