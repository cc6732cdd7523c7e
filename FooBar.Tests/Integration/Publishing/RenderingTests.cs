using FooBar.AppHost.Publishing;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Publishing;
using FooBar.Tests.Unit.Publishing;
using k8s.Models;

namespace FooBar.Tests.Integration.Publishing;

/// <summary>Every overlay renders, to objects that are what Kubernetes knows.</summary>
[Collection(ShareRenderedOverlays.Name)]
public sealed class RenderingTests(RenderedOverlays rendered)
{
    [Fact]
    public void Overlays_Rendered_AreAllThatArePublished() => Assert.Equal(
        ["development", "production", "production-gateway-api", "production-ingress", "production-with-every-component"],
        rendered.All.Select(overlay => overlay.Name));

    [Fact]
    public void Objects_OfEveryOverlay_HaveOnlyFieldsOfTheirKind() => Assert.Empty(
        rendered.All.SelectMany(overlay => overlay.Objects.Select(KubernetesModels.Mistake).OfType<string>().Select(mistake => $"{overlay.Name}: {mistake}")));

    [Theory]
    [InlineData("spec.replcas", "3", "replcas")]
    [InlineData("spec.replicas", "\"three\"", "three")]
    [InlineData("spec.template.spec.hostname", "{\"a\": {\"b\": 1}}", "Cannot dynamically create")]
    [InlineData("spec.template.spec.dnsConfig", "{\"nameserver\": [\"192.0.2.1\"]}", "nameserver")]
    [InlineData("kind", "\"Deploymint\"", "no model for apps/v1 Deploymint")]
    public void Object_WithAMistake_IsNotAccepted(string path, string json, string mistake)
    {
        var broken = rendered.Production.One("Deployment", "web").DeepClone();
        var parent = path.LastIndexOf('.') is var dot && dot < 0 ? broken : broken.At(path[..dot]);
        parent![path[(dot + 1)..]] = System.Text.Json.Nodes.JsonNode.Parse(json);

        Assert.Contains(mistake, KubernetesModels.Mistake(broken), StringComparison.Ordinal);
    }

    // Kustomize patches what it selects by a pattern, and an empty pattern selects everything.
    [Fact]
    public void Patches_ForSomeServices_LeaveTheOthers()
    {
        Assert.All(["web", "gateway"], name => Assert.Null(rendered.Production.One("Deployment", name).Number("spec.replicas")));
        Assert.Equal(1, rendered.Production.One("Deployment", "failover").Number("spec.replicas"));
        Assert.All(rendered.All.Single(overlay => overlay.Name == "development").Of("Deployment"), deployment => Assert.Equal(1, deployment.Number("spec.replicas")));
    }

    [Fact]
    public void Objects_OfEveryOverlay_AreInItsNamespaceAndThereOnce() => Assert.All(rendered.All, overlay =>
    {
        var expected = overlay.Name == "development" ? "foobar-development" : "foobar";
        Assert.All(overlay.Objects, item => Assert.Equal(expected, item.Text("metadata.namespace")));
        Assert.Empty(overlay.Objects.GroupBy(item => (item.Text("kind"), item.Text("metadata.name"))).Where(group => group.Count() > 1).Select(group => group.Key));
    });

    [Fact]
    public void Overlays_WithoutLoadBalancer_HaveNone()
    {
        foreach (var overlay in rendered.All)
        {
            var expected = overlay.Name is "production" or "production-with-every-component" ? "LoadBalancer" : "ClusterIP";
            Assert.Equal(expected, overlay.One("Service", "gateway").Text("spec.type"));
        }

        Assert.Single(rendered.All.Single(overlay => overlay.Name == "production-ingress").Of("Ingress"));
        Assert.Single(rendered.All.Single(overlay => overlay.Name == "production-gateway-api").Of("HTTPRoute"));
    }

    [Fact]
    public async Task Overlay_OfAnybody_KeepsItsPlaceBesideThePublishedOnes()
    {
        using var folder = new TemporaryFolder();
        var output = Path.Combine(folder.Path, "out");
        await AppHostPublishing.PublishAsync(output);
        Directory.CreateDirectory(Path.Combine(output, "overlays", "ours"));
        await File.WriteAllTextAsync(Path.Combine(output, "overlays", "ours", "kustomization.yaml"), "namePrefix: our-\nresources: [../production]\n");

        await AppHostPublishing.PublishAsync(output);

        Assert.Contains("our-web", (await Overlay.RenderAsync(Path.Combine(output, "overlays", "ours"))).Workloads.Select(workload => workload.Name));
    }

    // Another reader of YAML than the one that the texts were written with.
    [Fact]
    public async Task Texts_OfAnyKind_AreReadByKubectlAsTheyAre()
    {
        using var folder = new TemporaryFolder();
        var data = YamlFileTests.Texts.Index().ToDictionary(text => $"text-{text.Index}", text => text.Item);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "kustomization.yaml"), "resources: [texts.yaml]\n");
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "texts.yaml"), YamlFile.Of("Texts.", new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "texts" }, Data = data }));

        var read = (await Overlay.RenderAsync(folder.Path)).One("ConfigMap", "texts");

        Assert.All(data, text => Assert.Equal(text.Value, read.Pairs("data")[text.Key]));
    }
}
