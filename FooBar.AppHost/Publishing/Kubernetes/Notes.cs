using FooBar.AppHost.Publishing.Model;
using k8s.Models;

namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>What a person reads first, the namespace, and the program that makes the secrets.</summary>
internal sealed class Notes(PublishedApplication application, PublishSettings settings)
{
    public IEnumerable<OutputFile> All =>
    [
        new("NOTES.md", Template.Fill(
            "kubernetes/NOTES.md",
            ("name", settings.Name),
            ("entrance", application.Services.FirstOrDefault(service => service.IsExternal)?.Name ?? ""),
            ("images", Template.List(application.Images(settings))))),
        new("namespace.yaml", YamlFile.Of("The namespace of production. Pods that are not restricted are refused in it.", Namespace())),
        new("secrets.sh", Template.Fill(
            "kubernetes/secrets.sh",
            ("name", settings.Name),
            ("parameters", string.Join(' ', application.Parameters)),
            ("parameters-secret", PodEnvironment.Secret),
            ("clusters", string.Join(' ', application.Clusters.Select(cluster => cluster.Name))),
            ("hosts", string.Join(' ', application.Clusters.SelectMany(cluster => cluster.Nodes.Select(node => PodEnvironment.Host(cluster, node))))),
            ("certificates", string.Join(' ', application.Certificates))), IsExecutable: true),
    ];

    private V1Namespace Namespace() => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = settings.Name,
            Labels = new Dictionary<string, string>
            {
                [Pod.Application] = settings.Name,
                ["pod-security.kubernetes.io/enforce"] = "restricted",
                ["pod-security.kubernetes.io/audit"] = "restricted",
                ["pod-security.kubernetes.io/warn"] = "restricted",
            },
        },
    };
}
