using System.Reflection;
using FooBar.AppHost.Publishing.Model;

namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>What a person reads first, the namespace, and the program that makes the secrets.</summary>
internal sealed class Notes(PublishedApplication application, PublishSettings settings)
{
    public IEnumerable<OutputFile> All =>
    [
        new("NOTES.md", Filled("NOTES.md")),
        new("namespace.yaml", YamlText.Write("The namespace of production. Pods that are not restricted are refused in it.", Namespace())),
        new("secrets.sh", Filled("secrets.sh"), IsExecutable: true),
    ];

    private YamlMap Namespace()
    {
        var labels = new YamlMap { { Pod.Application, settings.Name } };
        foreach (var mode in new[] { "enforce", "audit", "warn" })
        {
            labels.Add($"pod-security.kubernetes.io/{mode}", "restricted");
        }

        return new YamlMap { { "apiVersion", "v1" }, { "kind", "Namespace" }, { "metadata", new YamlMap { { "name", settings.Name }, { "labels", labels } } } };
    }

    private string Filled(string name)
    {
        using var template = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"kubernetes/{name}")!);
        var external = application.Services.FirstOrDefault(service => service.IsExternal);
        return template.ReadToEnd()
            .Replace("{{name}}", settings.Name, StringComparison.Ordinal)
            .Replace("{{parameters}}", string.Join(' ', Overlays.Parameters(application)), StringComparison.Ordinal)
            .Replace("{{parameters-secret}}", PodEnvironment.Secret, StringComparison.Ordinal)
            .Replace("{{clusters}}", string.Join(' ', application.Clusters.Select(cluster => cluster.Name)), StringComparison.Ordinal)
            .Replace("{{certificates}}", string.Join(' ', Certificates()), StringComparison.Ordinal)
            .Replace("{{entrance}}", external?.Name ?? "", StringComparison.Ordinal)
            .Replace("{{images}}", string.Join('\n', Images()), StringComparison.Ordinal);
    }

    // What a cluster's clients read is made with the cluster's own certificate.
    private IEnumerable<string> Certificates() => application.Services.SelectMany(service => service.SecretFiles).Select(files => files.Secret)
        .Except(application.Clusters.Select(cluster => $"{cluster.Name}-ca")).Order(StringComparer.Ordinal);

    private IEnumerable<string> Images() => application.Services.Select(service => settings.ImageOf(service.Name))
        .Concat(application.Clusters.Select(cluster => cluster.Image)).Distinct().Select(image => $"- `{image}`");
}
