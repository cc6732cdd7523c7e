using FooBar.AppHost.Publishing.Model;
using YamlDotNet.Serialization.NamingConventions;

namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>The application as a Kustomize base with overlays.</summary>
internal static class KubernetesPublisher
{
    public const string Target = "kubernetes";

    private const string Generated = "Published from the AppHost: change it there, or in an overlay.";

    public static IReadOnlyList<OutputFile> Publish(PublishedApplication application, PublishSettings settings)
    {
        var environment = new PodEnvironment(application);
        var clusters = application.Clusters.Select(cluster => (cluster.Name, Manifests: new ClusterManifests(cluster, environment, settings), cluster.Files)).ToList();
        var manifests = new List<OutputFile>();
        foreach (var service in application.Services)
        {
            var reachedBy = application.Connections.Where(connection => connection.To == service.Name).Select(connection => connection.From.Name).FirstOrDefault();
            if (service.IsExternal && reachedBy is not null)
            {
                throw new PublishException($"'{reachedBy}' refers to '{service.Name}', whose address in Kubernetes is for users: let it refer to a service whose endpoints are not external.");
            }

            manifests.Add(new OutputFile($"base/{service.Name}.yaml", YamlFile.Of(Generated, new ServiceManifests(service, reachedBy is not null, environment, settings).All)));
        }

        manifests.AddRange(clusters.Select(cluster => new OutputFile($"base/{cluster.Name}.yaml", YamlFile.Of(Generated, cluster.Manifests.All))));
        manifests.Add(new OutputFile("base/network-policies.yaml", YamlFile.Of(Generated, new NetworkPolicies(application).All)));

        var files = clusters.SelectMany(cluster => cluster.Files.Select(set => (Name: cluster.Manifests.FilesName(set), set.Files))).ToList();
        var kustomization = new Kustomization
        {
            Labels = [new Kustomization.LabelSet(new Dictionary<string, string> { [Pod.Application] = settings.Name })],
            Resources = [.. manifests.Select(file => Path.GetFileName(file.Path)).Order(StringComparer.Ordinal)],
            ConfigMapGenerator =
            [
                new Kustomization.ConfigMap(Kustomization.Telemetry, Literals: [$"OTEL_EXPORTER_OTLP_ENDPOINT={settings.OtlpEndpoint}"]),
                .. files.Select(set => new Kustomization.ConfigMap(set.Name, Files: [.. set.Files.Select(file => $"{set.Name}/{file.Name}")])),
            ],
        };
        return
        [
            new OutputFile("base/kustomization.yaml", YamlFile.Of(Generated, kustomization, CamelCaseNamingConvention.Instance)),
            .. manifests,
            .. files.SelectMany(set => set.Files.Select(file => new OutputFile($"base/{set.Name}/{file.Name}", file.Contents, IsExecutable: true))),
            .. new Overlays(application, settings).All,
            .. new Notes(application, settings).All,
        ];
    }
}
