using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FooBar.Failover.Journal;
using FooBar.Tests.Support.Gateway;
using FooBar.Tests.Support.Publishing;
using k8s;
using k8s.Models;

namespace FooBar.Tests.Support.Kubernetes;

/// <summary>
/// As much of Kubernetes as shows whether the rendered objects run: workloads, kubelet, names, Services and the API server's part
/// for the coordinator, over the engine of this machine. Network policies are not enforced, volumes are never full.
/// </summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    public const string Namespace = "foobar";

    /// <summary>The token of every service account.</summary>
    public const string Token = "token-of-a-service-account";

    private const string Suffix = $".{Namespace}.svc.cluster.local";

    private readonly Overlay _overlay;
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private readonly ConcurrentQueue<string> _events = new();
    private readonly ConcurrentDictionary<string, (TimeSpan Until, IPAddress[]? Addresses)> _cache = new();
    private readonly TemporaryFolder _folder = new();
    private readonly List<PodWorkload> _workloads = [];
    private readonly ConcurrentQueue<Pod> _all = new();
    private IPAddress _host = IPAddress.None;
    private TestDnsServer? _names;
    private FakeKubernetesApi? _api;
    private PodVolumes? _volumes;

    public LocalCluster(Overlay overlay, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> secrets)
    {
        _overlay = overlay;
        Configuration = new PodConfiguration(overlay, secrets);
        SandboxImage = overlay.Workloads.First(workload => workload.Kind == "StatefulSet").Containers.First().Text("image")!;
    }

    public PodEngine Engine { get; } = new();

    public PodConfiguration Configuration { get; }

    public PodVolumes Volumes => _volumes ?? throw new InvalidOperationException("The cluster is not started.");

    public FakeKubernetesApi Api => _api ?? throw new InvalidOperationException("The cluster is not started.");

    /// <summary>What the kubelet tells every container of the API server.</summary>
    public IEnumerable<KeyValuePair<string, string>> ApiServer =>
        [new("KUBERNETES_SERVICE_HOST", $"{_host}"), new("KUBERNETES_SERVICE_PORT", "443")];

    public string Network => $"{Engine.Prefix}-network";

    /// <summary>Any image with the program sleep.</summary>
    public string SandboxImage { get; }

    public string ResolverFile => Path.Combine(_folder.Path, "resolv.conf");

    /// <summary>How long the others take to hear of a pod's deletion.</summary>
    public TimeSpan Lag { get; } = TimeSpan.FromSeconds(1);

    /// <summary>For how long CoreDNS answers from its cache.</summary>
    public TimeSpan NamesAreKept { get; init; } = TimeSpan.FromSeconds(5);

    public IEnumerable<Pod> Pods => _workloads.SelectMany(workload => workload.Pods);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Engine.RemoveAllAsync();
        await PodEngine.RunAsync(["network", "create", "--internal", .. PodEngine.Labels, Network]);
        _host = IPAddress.Parse(await PodEngine.RunAsync("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", Network));
        _names = new TestDnsServer(_host, Resolve);
        await File.WriteAllTextAsync(ResolverFile, $"search {Suffix[1..]} svc.cluster.local cluster.local\nnameserver {_host}\noptions ndots:5\n", cancellationToken);

        _api = await FakeKubernetesApi.StartAsync(new IPEndPoint(_host, 443), $"{_host}");
        _volumes = new PodVolumes(Engine, Configuration, SandboxImage, new Dictionary<string, string>
        {
            ["ca.crt"] = _api.Authority,
            ["namespace"] = Namespace,
            ["token"] = Token,
        });

        // An autoscaler without metrics still keeps its minimum.
        var minima = _overlay.Of("HorizontalPodAutoscaler").ToDictionary(scaler => scaler.Text("spec.scaleTargetRef.name")!, scaler => scaler.Number("spec.minReplicas")!.Value);
        _workloads.AddRange(_overlay.Workloads
            .Select(workload => new PodWorkload(workload, workload.Object.Number("spec.replicas") ?? minima.GetValueOrDefault(workload.Name, 1), this)));
        await Task.WhenAll(_workloads.Select(workload => workload.StartAsync()));
    }

    public PodWorkload Workload(string name) => _workloads.Single(workload => workload.Name == name);

    /// <summary>Deletes a pod and, if it is named, its volume; returns when the successor has been started.</summary>
    public Task DeleteAsync(Pod pod, string? claim = null) => _workloads.Single(workload => workload.Pods.Contains(pod)).DeleteAsync(pod, claim);

    /// <summary>Waits until every pod is there and ready.</summary>
    public async Task ReadyAsync(TimeSpan bound)
    {
        try
        {
            await Eventually.Within(bound, () => Assert.All(_workloads, workload => Assert.True(workload.IsReady, $"{workload.Name} is not ready")));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{Story()}", e);
        }
    }

    /// <summary>Connects to a port of a Service: to one of the pods that are behind it at the moment.</summary>
    public async ValueTask<Stream> ConnectAsync(string service, int port, CancellationToken cancellationToken)
    {
        var target = _overlay.One("Service", service).Items("spec.ports").Single(candidate => candidate.Number("port") == port).Text("targetPort")!;
        Pod[] pods = [.. Behind(service)];
        if (pods.Length == 0)
        {
            throw new SocketException((int)SocketError.ConnectionRefused);
        }

        var pod = pods[Random.Shared.Next(pods.Length)];
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(pod.Address!, pod.Port(target)), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Tell(string pod, string what) => _events.Enqueue($"{_since.Elapsed.TotalSeconds,6:0.0} {pod} {what}");

    /// <summary>Remembers a pod for the story, beyond its end.</summary>
    public void Add(Pod pod) => _all.Enqueue(pod);

    /// <summary>What happened, and the last that each pod has written.</summary>
    public string Story() => string.Join('\n', _events.Concat(_all.SelectMany(pod => pod.Log.TakeLast(30).Prepend($"--- {pod.Name}"))));

    /// <summary>What the coordinator remembers.</summary>
    public JournalEntry Journal()
    {
        var map = KubernetesJson.Deserialize<V1ConfigMap>(Api.Objects.Find(FakeKubernetesApi.Journal)!);
        return JournalLines.Read(Encoding.UTF8.GetBytes(ConfigMapText.Of(map)), "the test's", trimmed: true).Entry;
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        if (_names is not null)
        {
            await _names.DisposeAsync();
        }

        await Engine.RemoveAllAsync();
        _folder.Dispose();
    }

    private IEnumerable<Pod> Behind(string service)
    {
        var found = _overlay.One("Service", service);
        var all = found.Flag("spec.publishNotReadyAddresses") == true;
        return Pods.Where(pod => pod.Application == found.Pairs("spec.selector")["app.kubernetes.io/name"] && pod.Address is not null && (all || (pod.IsReady && !pod.IsTerminating)));
    }

    private IPAddress[]? Resolve(string name)
    {
        if (!_cache.TryGetValue(name, out var known) || known.Until < _since.Elapsed)
        {
            _cache[name] = known = (_since.Elapsed + NamesAreKept, Look(name));
        }

        return known.Addresses;
    }

    // Null: there is no such name.
    private IPAddress[]? Look(string name)
    {
        var labels = name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length].Split('.') : [];
        var service = labels.Length is 1 or 2 && _overlay.Of("Service").Any(known => known.Text("metadata.name") == labels[^1]) ? labels[^1] : null;
        IPAddress[] found = service is null ? [] : [.. Behind(service).Where(pod => labels.Length == 1 || pod.Name == labels[0]).Select(pod => pod.Address!)];
        return found.Length > 0 ? found : null;
    }
}
