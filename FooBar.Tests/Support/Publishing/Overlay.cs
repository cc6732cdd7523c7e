using System.Diagnostics;
using System.Text.Json.Nodes;

namespace FooBar.Tests.Support.Publishing;

/// <summary>What <c>kubectl apply -k</c> would send for an overlay.</summary>
internal sealed record Overlay(string Name, IReadOnlyList<JsonObject> Objects)
{
    public IEnumerable<JsonObject> Of(string kind) => Objects.Where(item => item.Text("kind") == kind);

    public JsonObject One(string kind, string name) => Of(kind).Single(item => item.Text("metadata.name") == name);

    public IEnumerable<Workload> Workloads => Objects.Where(item => item.At("spec.template.spec.containers") is not null).Select(item => new Workload(item));

    public override string ToString() => Name;

    public static async Task<Overlay> RenderAsync(string folder)
    {
        var run = await ProgramRun.OfAsync(new ProcessStartInfo(PreparedTools.Kubectl, ["kustomize", folder]), TimeSpan.FromSeconds(60));
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal("", run.Errors);
        return new Overlay(Path.GetFileName(folder), YamlDocuments.Parse(run.Output));
    }
}

/// <summary>A Deployment or a StatefulSet, by what its pods are.</summary>
internal sealed record Workload(JsonObject Object)
{
    public string Name => Object.Text("metadata.name")!;

    public string Kind => Object.Text("kind")!;

    public string Namespace => Object.Text("metadata.namespace")!;

    public IReadOnlyDictionary<string, string> Labels => Object.Pairs("spec.template.metadata.labels");

    public JsonObject Pod => (JsonObject)Object.At("spec.template.spec")!;

    public IEnumerable<JsonObject> Containers => Pod.Items("initContainers").Concat(Pod.Items("containers"));

    public IEnumerable<(string Name, int Number, string Protocol)> Ports => Containers.SelectMany(container => container.Items("ports"))
        .Select(port => (port.Text("name") ?? "", port.Number("containerPort")!.Value, port.Text("protocol") ?? "TCP"));

    public override string ToString() => $"{Kind} {Name}";
}
