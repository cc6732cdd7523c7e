namespace FooBar.Failover.Kubernetes;

/// <summary>
/// Where the coordinator keeps its journal and its lease in Kubernetes: section <c>Failover:Kubernetes</c>. Without
/// <see cref="Journal"/> none of it is used.
/// </summary>
public sealed class KubernetesOptions
{
    /// <summary>The ConfigMap that holds the journal. The deployment makes it, empty; the coordinator never does.</summary>
    public string Journal { get; set; } = "";

    /// <summary>The Lease (coordination.k8s.io) that decides which of several coordinators acts. The deployment makes it as well.</summary>
    public string Lease { get; set; } = "";

    /// <summary>The namespace of both.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>Who this coordinator is, for people: the pod's name. Two processes never count as one, even if they share it.</summary>
    public string Identity { get; set; } = "";

    /// <summary>How long the others wait, from the last renewal that they saw, before one of them takes over. Whole seconds.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long after its last renewal this coordinator stops acting. What is left of the lease's duration is the margin for what it had begun.</summary>
    public TimeSpan RenewDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two renewals, and between two looks at the lease of another.</summary>
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the API server may take to answer one request.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
