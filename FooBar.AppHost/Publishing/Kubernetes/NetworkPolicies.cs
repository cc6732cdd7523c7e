using FooBar.AppHost.Publishing.Model;
using k8s.Models;

namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>Nobody speaks with anybody, except where the application model has a connection.</summary>
internal sealed class NetworkPolicies(PublishedApplication application)
{
    private const string Ingress = "Ingress", Egress = "Egress";

    private static readonly V1LabelSelector Everything = new();

    public IEnumerable<V1NetworkPolicy> All =>
    [
        Policy("default-deny", new V1NetworkPolicySpec { PodSelector = Everything, PolicyTypes = [Ingress, Egress] }),
        Policy("names", new V1NetworkPolicySpec { PodSelector = Everything, PolicyTypes = [Egress], Egress = [Names()] }),
        .. application.Services.Select(Of),
        .. application.Clusters.Select(Of),
        Policy("telemetry", new V1NetworkPolicySpec { PodSelector = EveryService(), PolicyTypes = [Egress], Egress = [Telemetry()] }),
    ];

    private V1NetworkPolicy Of(PublishedService service)
    {
        var open = service.Ports.Where(port => port.IsExternal).Select(port => Port(port.Number)).ToList();
        return Policy(service.Name, new V1NetworkPolicySpec
        {
            PodSelector = Pod.Selector(service.Name),
            PolicyTypes = [Ingress, Egress],
            Ingress = [.. open.Count > 0 ? [new V1NetworkPolicyIngressRule { Ports = open }] : (V1NetworkPolicyIngressRule[])[], .. From(service.Name)],
            Egress = [.. To(service), .. service.Kubernetes.Coordination is not null ? [ApiServer()] : (V1NetworkPolicyEgressRule[])[]],
        });
    }

    private V1NetworkPolicy Of(PublishedCluster cluster)
    {
        var (nodes, port) = (Peer(cluster.Name), Port(cluster.Port));
        return Policy(cluster.Name, new V1NetworkPolicySpec
        {
            PodSelector = Pod.Selector(cluster.Name),
            PolicyTypes = [Ingress, Egress],
            Ingress = [new V1NetworkPolicyIngressRule { FromProperty = [nodes], Ports = [port] }, .. From(cluster.Name)],
            Egress = [new V1NetworkPolicyEgressRule { To = [nodes], Ports = [port] }],
        });
    }

    private IEnumerable<V1NetworkPolicyIngressRule> From(string name) => application.Connections.Where(connection => connection.To == name)
        .GroupBy(connection => connection.Port).OrderBy(group => group.Key)
        .Select(group => new V1NetworkPolicyIngressRule
        {
            FromProperty = [.. group.Select(connection => connection.From.Name).Order(StringComparer.Ordinal).Select(Peer)],
            Ports = [Port(group.Key)],
        });

    private static IEnumerable<V1NetworkPolicyEgressRule> To(PublishedService service) => service.Connections
        .OrderBy(connection => connection.To, StringComparer.Ordinal).ThenBy(connection => connection.Port)
        .Select(connection => new V1NetworkPolicyEgressRule { To = [Peer(connection.To)], Ports = [Port(connection.Port)] });

    // For the Lease and the journal. The API server's address is no pod's, so no policy can name it; these are its usual ports.
    private static V1NetworkPolicyEgressRule ApiServer() => new() { Ports = [Port(443), Port(6443), Port(8443)] };

    private static V1NetworkPolicyEgressRule Names() => new()
    {
        To =
        [
            new V1NetworkPolicyPeer
            {
                NamespaceSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = "kube-system" } },
                PodSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["k8s-app"] = "kube-dns" } },
            },
        ],
        Ports = [Port(53, "UDP"), Port(53)],
    };

    private static V1NetworkPolicyEgressRule Telemetry() => new()
    {
        To = [new V1NetworkPolicyPeer { NamespaceSelector = Everything }],
        Ports = [Port(4317), Port(4318)],
    };

    private V1LabelSelector EveryService() => new()
    {
        MatchExpressions =
        [
            new V1LabelSelectorRequirement
            {
                Key = Pod.Component, OperatorProperty = "In", Values = [.. application.Services.Select(service => service.Name).Order(StringComparer.Ordinal)],
            },
        ],
    };

    private static V1NetworkPolicy Policy(string name, V1NetworkPolicySpec spec) => new() { Metadata = Pod.Metadata(name), Spec = spec };

    private static V1NetworkPolicyPeer Peer(string name) => new() { PodSelector = Pod.Selector(name) };

    private static V1NetworkPolicyPort Port(int number, string protocol = "TCP") => new() { Protocol = protocol, Port = number };
}
