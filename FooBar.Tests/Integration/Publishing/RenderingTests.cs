using FooBar.AppHost.Publishing;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Publishing;
using FooBar.Tests.Unit.Publishing;

namespace FooBar.Tests.Integration.Publishing;

/// <summary>Every overlay renders, to objects that the published schemas of Kubernetes accept.</summary>
[Collection(ShareRenderedOverlays.Name)]
public sealed class RenderingTests(RenderedOverlays rendered)
{
    [Fact]
    public void Overlays_Rendered_AreAllThatArePublished() => Assert.Equal(
        ["development", "production", "production-gateway-api", "production-ingress", "production-with-every-component"],
        rendered.All.Select(overlay => overlay.Name));

    [Fact]
    public async Task Objects_OfEveryOverlay_AreValid()
    {
        var objects = rendered.All.SelectMany(overlay => overlay.Objects.Select(item => (Overlay: overlay.Name, Item: item))).ToList();

        var mistakes = await Schemas.MistakesAsync(objects.Select(entry => entry.Item));

        Assert.Empty(objects.Zip(mistakes).SelectMany(pair => pair.Second.Select(
            mistake => $"{pair.First.Overlay}: {pair.First.Item.Text("kind")} {pair.First.Item.Text("metadata.name")}: {mistake}")));
    }

    [Theory]
    [InlineData("spec.replcas", "3", ".spec.replcas is not known")]
    [InlineData("spec.template.spec.hostname", "{\"a\": {\"b\": 1}}", "hostname must be string")]
    [InlineData("spec.template.spec.dnsConfig", "{\"nameserver\": [\"192.0.2.1\"]}", ".spec.template.spec.dnsConfig.nameserver is not known")]
    [InlineData("spec.selector", null, "required property selector")]
    [InlineData("kind", "\"Deploymint\"", "no schema for apps/v1 Deploymint")]
    public async Task Object_WithAMistake_IsNotValid(string path, string? json, string mistake)
    {
        var broken = rendered.Production.One("Deployment", "web").DeepClone();
        var parent = path.LastIndexOf('.') is var dot && dot < 0 ? broken : broken.At(path[..dot]);
        if (json is null)
        {
            parent!.AsObject().Remove(path[(dot + 1)..]);
        }
        else
        {
            parent![path[(dot + 1)..]] = System.Text.Json.Nodes.JsonNode.Parse(json);
        }

        Assert.Contains(mistake, string.Join('\n', (await Schemas.MistakesAsync([broken])).Single()), StringComparison.Ordinal);
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
        var data = new YamlMap();
        foreach (var (index, text) in YamlTextTests.Texts.Index())
        {
            data.Add($"text-{index}", text);
        }

        await File.WriteAllTextAsync(Path.Combine(folder.Path, "kustomization.yaml"), "resources: [texts.yaml]\n");
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "texts.yaml"),
            YamlText.Write("Texts.", new YamlMap { { "apiVersion", "v1" }, { "kind", "ConfigMap" }, { "metadata", new YamlMap { { "name", "texts" } } }, { "data", data } }));

        var read = (await Overlay.RenderAsync(folder.Path)).One("ConfigMap", "texts");

        Assert.All(YamlTextTests.Texts.Index(), text => Assert.Equal(text.Item, read.Pairs("data")[$"text-{text.Index}"]));
    }
}
