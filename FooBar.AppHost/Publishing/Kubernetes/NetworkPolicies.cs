using FooBar.AppHost.Publishing.Model;

namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>Nobody speaks with anybody, except where the application model has a connection.</summary>
internal sealed class NetworkPolicies(PublishedApplication application)
{
    private static readonly YamlMap DnsServers = new()
    {
        { "namespaceSelector", new YamlMap { { "matchLabels", new YamlMap { { "kubernetes.io/metadata.name", "kube-system" } } } } },
        { "podSelector", new YamlMap { { "matchLabels", new YamlMap { { "k8s-app", "kube-dns" } } } } },
    };

    public IEnumerable<YamlMap> All =>
    [
        Policy("default-deny", [], ["Ingress", "Egress"], ingress: null, egress: null),
        Policy("names", [], ["Egress"], ingress: null, egress: [new YamlMap { { "to", (YamlMap[])[DnsServers] }, { "ports", (YamlMap[])[Port(53, "UDP"), Port(53, "TCP")] } }]),
        .. application.Services.Select(Of),
        .. application.Clusters.Select(Of),
        Telemetry(),
    ];

    private YamlMap Of(PublishedService service)
    {
        var outside = service.Ports.Where(port => port.IsExternal).Select(port => Port(port.Number)).ToList();
        return Policy(
            service.Name, Only(service.Name), ["Ingress", "Egress"],
            [.. outside.Count == 0 ? (YamlMap[])[] : [new YamlMap { { "ports", outside, "from everywhere" } }], .. From(service.Name)],
            [.. To(service), .. service.Kubernetes.Coordination is null ? (YamlMap[])[] : [ApiServer()]]);
    }

    private YamlMap Of(PublishedCluster cluster)
    {
        var each = Peer(cluster.Name);
        return Policy(
            cluster.Name, Only(cluster.Name), ["Ingress", "Egress"],
            [new YamlMap { { "from", (YamlMap[])[each], "replication" }, { "ports", (YamlMap[])[Port(cluster.Port)] } }, .. From(cluster.Name)],
            [new YamlMap { { "to", (YamlMap[])[each], "replication" }, { "ports", (YamlMap[])[Port(cluster.Port)] } }]);
    }

    private IEnumerable<YamlMap> From(string name) => application.Connections.Where(connection => connection.To == name)
        .GroupBy(connection => connection.Port).OrderBy(group => group.Key)
        .Select(group => new YamlMap
        {
            { "from", group.Select(connection => connection.From.Name).Order(StringComparer.Ordinal).Select(Peer) },
            { "ports", (YamlMap[])[Port(group.Key)] },
        });

    private static IEnumerable<YamlMap> To(PublishedService service) => service.Connections
        .OrderBy(connection => connection.To, StringComparer.Ordinal).ThenBy(connection => connection.Port)
        .Select(connection => new YamlMap { { "to", (YamlMap[])[Peer(connection.To)] }, { "ports", (YamlMap[])[Port(connection.Port)] } });

    // Its address is no pod's: no policy can name it.
    private static YamlMap ApiServer() => new() { { "ports", (YamlMap[])[Port(443), Port(6443), Port(8443)], "the API server, for the Lease and the journal; these are the ports that it usually has" } };

    private YamlMap Telemetry() => Policy(
        "telemetry",
        new YamlMap { { "matchExpressions", (YamlMap[])[new YamlMap { { "key", Pod.Component }, { "operator", "In" }, { "values", application.Services.Select(service => service.Name).Order(StringComparer.Ordinal) } }] } },
        ["Egress"], ingress: null,
        egress: [new YamlMap { { "to", (YamlMap[])[new YamlMap { { "namespaceSelector", new YamlMap() } }] }, { "ports", (YamlMap[])[Port(4317), Port(4318)] } }]);

    private static YamlMap Policy(string name, YamlMap pods, string[] types, YamlMap[]? ingress, YamlMap[]? egress) => new()
    {
        { "apiVersion", "networking.k8s.io/v1" },
        { "kind", "NetworkPolicy" },
        { "metadata", Pod.Metadata(name) },
        {
            "spec", new YamlMap
            {
                { "podSelector", pods },
                { "policyTypes", types },
                { "ingress", ingress },
                { "egress", egress },
            }
        },
    };

    private static YamlMap Only(string name) => new() { { "matchLabels", Pod.Selector(name) } };

    private static YamlMap Peer(string name) => new() { { "podSelector", Only(name) } };

    private static YamlMap Port(int number, string protocol = "TCP") => new() { { "protocol", protocol }, { "port", number } };
}
