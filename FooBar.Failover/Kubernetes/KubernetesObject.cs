namespace FooBar.Failover.Kubernetes;

/// <summary>Names one object of the API server.</summary>
internal sealed record KubernetesObject(string Kind, string Prefix, string Plural, string Namespace, string Name)
{
    public string Path => $"{Prefix}/namespaces/{Uri.EscapeDataString(Namespace)}/{Plural}/{Uri.EscapeDataString(Name)}";

    public static KubernetesObject ConfigMap(string ns, string name) => new("ConfigMap", "/api/v1", "configmaps", ns, name);

    public static KubernetesObject Lease(string ns, string name) => new("Lease", "/apis/coordination.k8s.io/v1", "leases", ns, name);

    public override string ToString() => $"{Kind} {Namespace}/{Name}";
}
