using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Support.Kubernetes;

/// <summary>A Deployment or a StatefulSet: keeps as many pods as it should have. Of these a deleted one is replaced.</summary>
internal sealed class PodWorkload(Workload workload, int replicas, LocalCluster cluster)
{
    private readonly Lock _gate = new();
    private readonly List<Pod> _pods = [];

    public string Name { get; } = workload.Name;

    /// <summary>Those that are there, going ones included.</summary>
    public IReadOnlyList<Pod> Pods
    {
        get
        {
            lock (_gate)
            {
                return [.. _pods];
            }
        }
    }

    public bool IsReady => Pods is var pods && pods.Count == replicas && pods.All(pod => pod.IsReady && !pod.IsTerminating);

    private bool IsStateful => workload.Kind == "StatefulSet";

    public Task StartAsync() => Task.WhenAll(Enumerable.Range(0, replicas).Select(StartOneAsync));

    /// <summary>Deletes a pod; returns when it is gone and its successor has been started.</summary>
    public async Task DeleteAsync(Pod pod, string? claim = null)
    {
        // The successor in a set has its name and its volume, so it cannot be there before; in a Deployment it is started at once.
        var successor = IsStateful ? Task.CompletedTask : StartOneAsync(index: 0);
        await pod.TerminateAsync();
        lock (_gate)
        {
            _pods.Remove(pod);
        }

        if (claim is not null)
        {
            await cluster.Volumes.RemoveClaimAsync(claim);
        }

        await (IsStateful ? StartOneAsync(int.Parse(pod.Name.Split('-')[^1], null)) : successor);
    }

    private async Task StartOneAsync(int index)
    {
        var name = IsStateful ? $"{Name}-{index}" : $"{Name}-{Guid.NewGuid():N}"[..(Name.Length + 7)];
        var fields = workload.Labels.ToDictionary(label => $"metadata.labels['{label.Key}']", label => label.Value);
        fields["metadata.name"] = name;
        fields["metadata.namespace"] = LocalCluster.Namespace;
        if (IsStateful)
        {
            fields["metadata.labels['apps.kubernetes.io/pod-index']"] = $"{index}";
        }

        var pod = new Pod(name, workload.Labels["app.kubernetes.io/name"], workload.Pod, fields, cluster);
        lock (_gate)
        {
            _pods.Add(pod);
        }

        cluster.Add(pod);
        await pod.StartAsync();
    }
}
