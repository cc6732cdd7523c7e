using System.Net;
using System.Text.Json.Nodes;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Integration.Publishing;

/// <summary>Network policies let through what the application model connects, and nothing else.</summary>
[Collection(ShareRenderedOverlays.Name)]
public sealed class NetworkPolicyTests(RenderedOverlays rendered)
{
    private static readonly Dictionary<string, string> NoLabels = [];

    private static readonly Party
        Internet = new("the internet", null, NoLabels, IPAddress.Parse("203.0.113.7"), []),
        Dns = new("DNS", "kube-system", new Dictionary<string, string> { ["k8s-app"] = "kube-dns" }, IPAddress.Parse("10.1.0.10"), []),
        Collector = new("a collector", "monitoring", NoLabels, IPAddress.Parse("10.1.0.20"), []),
        ApiServer = new("the API server", null, NoLabels, IPAddress.Parse("192.168.1.5"), []),

        // Beside the application, and not part of it.
        Guest = new("a guest", "foobar", NoLabels, IPAddress.Parse("10.1.0.30"), []);

    private static readonly Party[] Others = [Internet, Dns, Collector, ApiServer];

    private static readonly int[] ApiServerPorts = [443, 6443, 8443], TelemetryPorts = [4317, 4318];

    private IReadOnlyList<JsonObject> Policies => [.. rendered.Production.Of("NetworkPolicy")];

    private IReadOnlyList<Party> Pods => [.. rendered.Production.Workloads.Select((workload, index) =>
        new Party(workload.Name, workload.Namespace, workload.Labels, IPAddress.Parse($"10.1.1.{index + 1}"), [.. workload.Ports]))];

    [Fact]
    public void Policies_BetweenAnyTwo_AllowWhatTheModelConnectsAndNothingElse()
    {
        var (expected, allowed) = (Expected().ToHashSet(), Allowed(Policies));

        Assert.Empty(expected.Except(allowed).Select(flow => $"missing: {flow}"));
        Assert.Empty(allowed.Except(expected).Select(flow => $"too much: {flow}"));
    }

    [Fact]
    public void Policies_OfTheModel_ConnectWhatItIsMadeOf()
    {
        var expected = Expected().ToHashSet();

        Assert.Contains(new Flow("gateway", "web", 8080, "TCP"), expected);
        Assert.Contains(new Flow("web", "mysql", 3306, "TCP"), expected);
        Assert.Contains(new Flow("failover", "mysql", 3306, "TCP"), expected);
        Assert.Contains(new Flow("mysql", "mysql", 3306, "TCP"), expected);
        Assert.DoesNotContain(expected, flow => flow is { From: "gateway", To: "mysql" } or { From: "web", To: "web" or "gateway" or "failover" } or { To: "failover" });
    }

    [Fact]
    public void Policies_EachOfThem_MakeADifference()
    {
        var all = Allowed(Policies);

        Assert.All(Policies, policy => Assert.False(all.SetEquals(Allowed([.. Policies.Where(other => other != policy)])), policy.Text("metadata.name")));
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{ "podSelector": {}, "policyTypes": ["Ingress"] }""", false)]
    [InlineData("""{ "podSelector": {}, "policyTypes": ["Egress"] }""", false)]
    [InlineData("""{ "podSelector": {} }""", false)]
    [InlineData("""{ "podSelector": { "matchLabels": { "app.kubernetes.io/name": "failover" } } }""", true)]
    [InlineData("""{ "podSelector": {}, "ingress": [{}] }""", true)]
    [InlineData("""{ "podSelector": {}, "ingress": [{ "ports": [{ "port": "http" }] }] }""", true)]
    [InlineData("""{ "podSelector": {}, "ingress": [{ "ports": [{ "port": 8000, "endPort": 9000 }] }] }""", true)]
    [InlineData("""{ "podSelector": {}, "ingress": [{ "ports": [{ "port": 8080, "protocol": "UDP" }] }] }""", false)]
    [InlineData("""{ "podSelector": {}, "ingress": [{ "from": [{ "podSelector": { "matchExpressions": [{ "key": "app.kubernetes.io/name", "operator": "NotIn", "values": ["gateway"] }] } }] }] }""", false)]
    [InlineData("""{ "podSelector": {}, "ingress": [{ "from": [{ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "foobar" } } }] }] }""", true)]
    [InlineData("""{ "podSelector": {}, "ingress": [{ "from": [{ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "other" } }, "podSelector": {} }] }] }""", false)]
    [InlineData("""{ "podSelector": {}, "ingress": [{ "from": [{ "ipBlock": { "cidr": "10.0.0.0/8", "except": ["10.1.1.0/24"] } }] }] }""", false)]
    public void Rules_OfOnePolicy_AreReadAsKubernetesReadsThem(string specification, bool allowed)
    {
        var policy = JsonNode.Parse($$"""{ "metadata": { "namespace": "foobar" }, "spec": {{specification}} }""")!.AsObject();

        Assert.Equal(allowed, new NetworkRules([policy]).Allow(Pods.Single(pod => pod.Name == "gateway"), Pods.Single(pod => pod.Name == "web"), 8080, "TCP"));
    }

    private IEnumerable<Flow> Expected()
    {
        var application = rendered.Published.Application;
        var inside = Pods.Append(Guest).Select(pod => pod.Name).ToList();
        foreach (var (from, to, port) in application.Connections)
        {
            yield return new Flow(from.Name, to, port, "TCP");
        }

        foreach (var cluster in application.Clusters)
        {
            yield return new Flow(cluster.Name, cluster.Name, cluster.Port, "TCP");
        }

        foreach (var service in application.Services)
        {
            var entrances = service.Ports.Where(port => port.IsExternal).Select(port => port.Number).ToList();
            foreach (var flow in Others.SelectMany(other => entrances.Select(port => new Flow(other.Name, service.Name, port, "TCP"))))
            {
                yield return flow;
            }

            foreach (var flow in Others.Where(other => other.Namespace is not null).SelectMany(other => TelemetryPorts.Select(port => new Flow(service.Name, other.Name, port, "TCP"))))
            {
                yield return flow;
            }

            // No policy can name the API server's address. So its ports are open to whoever has such a port open to everybody.
            if (service.Kubernetes.Coordination is not null)
            {
                var open = application.Services.SelectMany(other => other.Ports.Where(port => port.IsExternal).Select(port => (other.Name, port.Number)));
                foreach (var (name, port) in Others.SelectMany(other => ApiServerPorts.Select(port => (other.Name, port))).Concat(open.Where(port => ApiServerPorts.Contains(port.Number))))
                {
                    yield return new Flow(service.Name, name, port, "TCP");
                }
            }
        }

        foreach (var pod in inside)
        {
            yield return new Flow(pod, Dns.Name, 53, "TCP");
            yield return new Flow(pod, Dns.Name, 53, "UDP");
        }
    }

    private HashSet<Flow> Allowed(IReadOnlyList<JsonObject> policies)
    {
        var rules = new NetworkRules(policies);
        var parties = Pods.Append(Guest).Concat(Others).ToList();
        var ports = Pods.SelectMany(pod => pod.Ports.Select(port => port.Number)).Concat([22, 53, 80, 33060]).Concat(ApiServerPorts).Concat(TelemetryPorts).Distinct().ToList();
        return
        [
            .. from one in parties
               from other in parties
               where !(Others.Contains(one) && Others.Contains(other)) // nobody's business here
               from port in ports
               from protocol in new[] { "TCP", "UDP" }
               where rules.Allow(one, other, port, protocol)
               select new Flow(one.Name, other.Name, port, protocol),
        ];
    }

    private sealed record Flow(string From, string To, int Port, string Protocol)
    {
        public override string ToString() => $"{From} -> {To}:{Port}/{Protocol}";
    }
}
