using System.Net;
using System.Text.Json.Nodes;

namespace FooBar.Tests.Support.Publishing;

/// <summary>Somebody who sends or receives: a pod of any namespace, or, without one, an address outside of the cluster.</summary>
/// <param name="Name">Its name in a failure.</param>
/// <param name="Namespace">The namespace's name; null outside of the cluster.</param>
/// <param name="Labels">The pod's labels.</param>
/// <param name="Address">Its address.</param>
/// <param name="Ports">The ports of a pod, by their names.</param>
internal sealed record Party(
    string Name, string? Namespace, IReadOnlyDictionary<string, string> Labels, IPAddress Address, IReadOnlyList<(string Name, int Number, string Protocol)> Ports);

/// <summary>
/// NetworkPolicies as Kubernetes evaluates them (https://kubernetes.io/docs/concepts/services-networking/network-policies): who
/// is selected by none in a direction may do everything in it; else what at least one of them allows. A connection needs both ends.
/// </summary>
internal sealed class NetworkRules(IReadOnlyList<JsonObject> policies)
{
    public bool Allow(Party from, Party to, int port, string protocol) =>
        Allows("Egress", self: from, peer: to, listener: to, port, protocol) && Allows("Ingress", self: to, peer: from, listener: to, port, protocol);

    private bool Allows(string direction, Party self, Party peer, Party listener, int port, string protocol)
    {
        var selecting = policies.Where(policy => policy.Text("metadata.namespace") == self.Namespace
            && LabelSelector.Matches(policy.At("spec.podSelector"), self.Labels) && Types(policy).Contains(direction)).ToList();
        var (rules, peers) = direction == "Egress" ? ("spec.egress", "to") : ("spec.ingress", "from");
        return selecting.Count == 0 || selecting.Exists(policy => policy.Items(rules).Any(rule => HasPort(rule, listener, port, protocol) && HasPeer(rule, peers, self, peer)));
    }

    private static IReadOnlyList<string> Types(JsonObject policy) => policy.Texts("spec.policyTypes") is { Count: > 0 } types
        ? types
        : policy.At("spec.egress") is null ? ["Ingress"] : ["Ingress", "Egress"];

    private static bool HasPort(JsonObject rule, Party listener, int port, string protocol) => !rule.Items("ports").Any() || rule.Items("ports").Any(allowed =>
        (allowed.Text("protocol") ?? "TCP") == protocol && (
            allowed["port"] is null
            || (allowed.Number("port") is { } number && port >= number && port <= (allowed.Number("endPort") ?? number))
            || listener.Ports.Any(own => own.Name == allowed.Text("port") && own.Number == port && own.Protocol == protocol)));

    private static bool HasPeer(JsonObject rule, string peers, Party self, Party peer) =>
        !rule.Items(peers).Any() || rule.Items(peers).Any(allowed => Matches(allowed, self, peer));

    private static bool Matches(JsonObject allowed, Party self, Party peer)
    {
        if (allowed["ipBlock"] is { } block)
        {
            return IPNetwork.Parse(block.Text("cidr")!).Contains(peer.Address) && !block.Texts("except").Any(except => IPNetwork.Parse(except).Contains(peer.Address));
        }

        // Every namespace carries its own name as a label.
        var inNamespace = allowed["namespaceSelector"] is { } selector
            ? peer.Namespace is not null && LabelSelector.Matches(selector, new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = peer.Namespace })
            : peer.Namespace == self.Namespace;
        return inNamespace && (allowed["podSelector"] is null || LabelSelector.Matches(allowed["podSelector"], peer.Labels));
    }
}
