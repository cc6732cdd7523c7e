using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Support.Kubernetes;

/// <summary>
/// A pod of one container, run by the engine: a sandbox that keeps its address and its memory volumes, and in it the container,
/// started anew whenever it has ended.
/// </summary>
internal sealed class Pod(string name, string application, JsonNode spec, IReadOnlyDictionary<string, string> fields, LocalCluster cluster)
{
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _leaving = new();
    private readonly JsonNode _container = spec.Items("containers").Single();
    private readonly List<string> _ownVolumes = [];
    private Task _running = Task.CompletedTask;

    public string Name => name;

    /// <summary>The label app.kubernetes.io/name, by which Services select it.</summary>
    public string Application => application;

    public IPAddress? Address { get; private set; }

    public bool IsReady { get; private set; }

    /// <summary>It is deleted, and the rest of the cluster knows it.</summary>
    public bool IsTerminating { get; private set; }

    /// <summary>How often its container was started again.</summary>
    public int Restarts { get; private set; }

    public ConcurrentQueue<string> Log { get; } = new();

    public string ContainerName => $"{cluster.Engine.Prefix}-{name}";

    private string Sandbox => $"{ContainerName}-sandbox";

    private int Group => spec.Number("securityContext.fsGroup") ?? 0;

    public int Port(string name) => _container.Items("ports").Single(port => port.Text("name") == name).Number("containerPort")!.Value;

    public async Task StartAsync()
    {
        var mounts = await MountsAsync(_leaving.Token);
        await PodEngine.RunAsync(
        [
            "run", "--detach", .. PodEngine.Labels, "--name", Sandbox, "--hostname", name, "--network", cluster.Network,
            .. spec.Items("dnsConfig.options").SelectMany(option => (string[])["--dns-option", $"{option.Text("name")}:{option.Text("value")}"]),
            .. mounts.Where(mount => mount.StartsWith("type=volume", StringComparison.Ordinal)).SelectMany(mount => (string[])["--mount", mount]),
            "--entrypoint", "sleep", cluster.SandboxImage, "infinity",
        ]);
        Address = IPAddress.Parse(await PodEngine.RunAsync("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", Sandbox));
        _running = RunAsync(mounts);
    }

    /// <summary>Ends it as the kubelet does: preStop, the signal, and after the grace the kill.</summary>
    public async Task TerminateAsync()
    {
        // For this long the others still send to it.
        _ = Task.Delay(cluster.Lag).ContinueWith(_ => IsTerminating = true, TaskScheduler.Default);
        Tell("is deleted");
        await _leaving.CancelAsync();
        await StopContainerAsync();
        await _running;
        IsTerminating = true;
        Address = null;
        await PodEngine.RunAsync("rm", "--force", "--volumes", Sandbox);
        await PodEngine.RunAsync(["volume", "rm", .. _ownVolumes]);
        _leaving.Dispose();
        Tell("is gone");
    }

    private async Task RunAsync(List<string> mounts)
    {
        // The first restart is immediate, the others wait longer each time.
        while (!_leaving.IsCancellationRequested)
        {
            if (Restarts > 1)
            {
                var backoff = TimeSpan.FromSeconds(Math.Min(10 << (Restarts - 2), LongestBackoff.TotalSeconds));
                await Task.Delay(backoff, _leaving.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            try
            {
                await RunOnceAsync(mounts);
            }
            catch (Exception e) when (e is InvalidOperationException or TimeoutException)
            {
                Tell($"cannot be run: {e.Message}");
            }

            Restarts += _leaving.IsCancellationRequested ? 0 : 1;
        }
    }

    private async Task RunOnceAsync(List<string> mounts)
    {
        await PodEngine.RunAsync(["create", .. Arguments(mounts)]);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token);
        var running = PodEngine.AttachAsync(ContainerName, Log);
        var failing = ProbeAsync(ended.Token);
        await Task.WhenAny(running, failing);
        if (!running.IsCompleted && !_leaving.IsCancellationRequested)
        {
            Tell("is stopped because its probe fails");
            await StopContainerAsync();
        }

        var code = await running;
        await ended.CancelAsync();
        await failing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        IsReady = false;
        Tell($"ended with code {code}; killed for its memory: {await PodEngine.RunAsync("inspect", "--format", "{{.State.OOMKilled}}", ContainerName)}");
        await PodEngine.RunAsync("rm", "--force", ContainerName);
    }

    // Returns when the container has to be stopped.
    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        if (Probe("startupProbe") is { } startup && !await startup.SucceedsAsync(this, cancellationToken))
        {
            return;
        }

        Tell("has started");
        var readiness = Probe("readinessProbe") is { } ready ? ready.WatchAsync(this, SetReady, cancellationToken) : Task.CompletedTask;
        var failed = new TaskCompletionSource();
        var liveness = Probe("livenessProbe") is { } live ? live.WatchAsync(this, well => _ = well || failed.TrySetResult(), cancellationToken) : Task.CompletedTask;
        await Task.WhenAny(failed.Task, Task.WhenAll(readiness, liveness));
    }

    private void SetReady(bool ready)
    {
        if (IsReady != ready)
        {
            Tell(ready ? "is ready" : "is not ready");
        }

        IsReady = ready;
    }

    private async Task StopContainerAsync()
    {
        var grace = TimeSpan.FromSeconds(spec.Number("terminationGracePeriodSeconds") ?? 30);
        var watch = Stopwatch.StartNew();
        var hook = _container.At("lifecycle.preStop");
        if (hook.At("exec") is not null)
        {
            var run = await PodEngine.TryAsync(grace, ["exec", ContainerName, .. hook.Texts("exec.command")]);
            Tell($"preStop ended with code {run.ExitCode} after {watch.Elapsed.TotalSeconds:0.0} s {run.Output}{run.Errors}");
        }
        else if (hook.Number("sleep.seconds") is { } seconds)
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds));
        }

        var left = Math.Max(2, (int)(grace - watch.Elapsed).TotalSeconds);
        await PodEngine.TryAsync(TimeSpan.FromSeconds(left + 30), "stop", "--time", $"{left}", ContainerName);
        Tell($"stopped after {watch.Elapsed.TotalSeconds:0.0} s");
    }

    private PodProbe? Probe(string kind) => _container.At(kind) is { } probe ? new PodProbe(probe, _container) : null;

    private void Tell(string what) => cluster.Tell(name, what);

    private async Task<List<string>> MountsAsync(CancellationToken cancellationToken)
    {
        var mounts = new List<string> { $"type=bind,source={cluster.ResolverFile},target=/etc/resolv.conf,readonly" };
        var volumes = spec.Items("volumes").ToDictionary(volume => volume.Text("name")!);
        foreach (var mount in _container.Items("volumeMounts"))
        {
            var (volume, path) = (mount.Text("name")!, mount.Text("mountPath")!);
            if (volumes.TryGetValue(volume, out var own))
            {
                var source = await cluster.Volumes.CreateAsync(name, own, Group, cancellationToken);
                _ownVolumes.Add(source);
                mounts.Add($"type=volume,source={source},target={path},volume-nocopy{(mount.Flag("readOnly") == true ? ",readonly" : "")}");
            }
            else
            {
                mounts.Add($"type=bind,source={await cluster.Volumes.ClaimAsync($"{volume}-{name}", mount.Text("subPath") ?? "", Group, cancellationToken)},target={path}");
            }
        }

        if (spec.Flag("automountServiceAccountToken") != false)
        {
            var token = await cluster.Volumes.CreateTokenAsync(name, Group, cancellationToken);
            _ownVolumes.Add(token);
            mounts.Add($"type=volume,source={token},target={PodVolumes.TokenDirectory},volume-nocopy,readonly");
        }

        return mounts;
    }

    private List<string> Arguments(List<string> mounts)
    {
        var variables = PodVariables.Of(_container, fields, cluster.Configuration);
        var command = _container.Texts("command").Concat(_container.Texts("args")).Select(part => PodVariables.Expand(part, variables)).ToList();
        var hasCommand = _container.At("command") is not null;
        var limits = _container.At("resources.limits");
        var memory = $"{PodVolumes.Bytes(limits.Text("memory")!)}";
        var processors = Math.Min(decimal.Parse(limits.Text("cpu")!, null), Environment.ProcessorCount);
        return
        [
            .. PodEngine.Labels, "--name", ContainerName, "--network", $"container:{Sandbox}",
            "--user", $"{spec.Number("securityContext.runAsUser")}:{spec.Number("securityContext.runAsGroup")}", "--group-add", $"{Group}",
            .. _container.Flag("securityContext.readOnlyRootFilesystem") == true ? (string[])["--read-only"] : [],
            .. _container.Flag("securityContext.allowPrivilegeEscalation") == false ? (string[])["--security-opt", "no-new-privileges"] : [],
            .. _container.Texts("securityContext.capabilities.drop").SelectMany(capability => (string[])["--cap-drop", capability]),
            "--memory", memory, "--memory-swap", memory, "--cpus", FormattableString.Invariant($"{processors}"),
            .. mounts.SelectMany(mount => (string[])["--mount", mount]),
            .. cluster.ApiServer.Concat(variables).SelectMany(variable => (string[])["--env", $"{variable.Key}={variable.Value}"]),
            .. hasCommand ? (string[])["--entrypoint", command[0]] : [],
            _container.Text("image")!,
            .. command.Skip(hasCommand ? 1 : 0),
        ];
    }
}
