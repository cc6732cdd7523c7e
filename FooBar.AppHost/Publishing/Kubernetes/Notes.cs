using FooBar.AppHost.Publishing.Model;

namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>What a person reads first, the namespace, and the program that makes the secrets.</summary>
internal sealed class Notes(PublishedApplication application, PublishSettings settings)
{
    private static readonly string[] Modes = ["enforce", "audit", "warn"];

    public IEnumerable<OutputFile> All =>
    [
        new("NOTES.md", Template.Fill(
            "kubernetes/NOTES.md",
            ("name", settings.Name),
            ("entrance", application.Services.FirstOrDefault(service => service.IsExternal)?.Name ?? ""),
            ("images", Template.List(application.Images(settings))))),
        new("namespace.yaml", YamlText.Write("The namespace of production. Pods that are not restricted are refused in it.", Namespace())),
        new("secrets.sh", Template.Fill(
            "kubernetes/secrets.sh",
            ("name", settings.Name),
            ("parameters", string.Join(' ', application.Parameters)),
            ("parameters-secret", PodEnvironment.Secret),
            ("clusters", string.Join(' ', application.Clusters.Select(cluster => cluster.Name))),
            ("hosts", string.Join(' ', application.Clusters.SelectMany(cluster => cluster.Nodes.Select(node => PodEnvironment.Host(cluster, node))))),
            ("certificates", string.Join(' ', application.Certificates))), IsExecutable: true),
    ];

    private YamlMap Namespace()
    {
        var labels = new YamlMap { { Pod.Application, settings.Name } };
        foreach (var mode in Modes)
        {
            labels.Add($"pod-security.kubernetes.io/{mode}", "restricted");
        }

        return new YamlMap { { "apiVersion", "v1" }, { "kind", "Namespace" }, { "metadata", new YamlMap { { "name", settings.Name }, { "labels", labels } } } };
    }
}
