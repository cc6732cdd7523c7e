using FooBar.AppHost.Publishing.Model;

namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>The application as a Kustomize base with overlays.</summary>
internal static class KubernetesPublisher
{
    public const string Target = "kubernetes";

    public static IReadOnlyList<OutputFile> Publish(PublishedApplication application, PublishSettings settings)
    {
        var environment = new PodEnvironment(application);
        var overlays = new Overlays(application, settings);
        var notes = new Notes(application, settings);
        var clusters = application.Clusters.Select(cluster => (cluster.Name, Manifests: new ClusterManifests(cluster, environment, settings), cluster.Files)).ToList();
        var manifests = new List<OutputFile>();
        foreach (var service in application.Services)
        {
            var reachedBy = application.Connections.Where(connection => connection.To == service.Name).Select(connection => connection.From.Name).FirstOrDefault();
            if (service.IsExternal && reachedBy is not null)
            {
                throw new PublishException($"'{reachedBy}' refers to '{service.Name}', whose address in Kubernetes is for users: let it refer to a service whose endpoints are not external.");
            }

            manifests.Add(new OutputFile($"base/{service.Name}.yaml", YamlText.Write(Generated, new ServiceManifests(service, reachedBy is not null, environment, settings).All)));
        }

        manifests.AddRange(clusters.Select(cluster => new OutputFile($"base/{cluster.Name}.yaml", YamlText.Write(Generated, cluster.Manifests.All))));
        manifests.Add(new OutputFile("base/network-policies.yaml", YamlText.Write(Generated, new NetworkPolicies(application).All)));

        var files = clusters.SelectMany(cluster => cluster.Files.Select(set => (Name: cluster.Manifests.FilesName(set), set.Files))).ToList();
        var kustomization = new YamlMap
        {
            { "apiVersion", "kustomize.config.k8s.io/v1beta1" },
            { "kind", "Kustomization" },
            { "labels", (YamlMap[])[new YamlMap { { "pairs", new YamlMap { { Pod.Application, settings.Name } } } }] },
            { "resources", manifests.Select(file => Path.GetFileName(file.Path)).Order(StringComparer.Ordinal) },
            {
                "configMapGenerator", (YamlMap[])
                [
                    overlays.Telemetry(behavior: null),
                    .. files.Select(set => new YamlMap { { "name", set.Name }, { "files", set.Files.Select(file => $"{set.Name}/{file.Name}") } }),
                ]
            },
        };
        return
        [
            new OutputFile("base/kustomization.yaml", YamlText.Write(Generated, kustomization)),
            .. manifests,
            .. files.SelectMany(set => set.Files.Select(file => new OutputFile($"base/{set.Name}/{file.Name}", file.Contents, IsExecutable: true))),
            .. overlays.All,
            .. notes.All,
        ];
    }

    private const string Generated = "Published from the AppHost: change it there, or in an overlay.";
}
