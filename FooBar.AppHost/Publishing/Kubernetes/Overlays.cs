using FooBar.AppHost.Publishing.Model;
using k8s;
using k8s.Models;

namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>What differs from place to place: the files of <c>overlays/</c> and <c>components/</c> with the application's names filled in.</summary>
internal sealed class Overlays(PublishedApplication application, PublishSettings settings)
{
    private const string Folder = "kustomize/";

    private IEnumerable<PublishedService> Autoscaled => application.Services.Where(service => service.Kubernetes.MaxReplicas is not null);

    private IEnumerable<string> External => application.Services.Where(service => service.IsExternal).Select(service => service.Name);

    public IEnumerable<OutputFile> All =>
    [
        .. Template.Under(Folder).Select(path => new OutputFile(path[Folder.Length..], Fill(path))),
        new(
            "overlays/production/availability.yaml",
            YamlFile.Of("How many pods there are under load, and how many may be taken away at a time.", Availability())),
    ];

    private string Fill(string path)
    {
        var text = Template.Fill(
            path,
            ("name", settings.Name),
            ("tag", settings.Tag),
            ("otlp-endpoint", settings.OtlpEndpoint),
            ("parameters-secret", PodEnvironment.Secret),
            ("entrance", External.FirstOrDefault() ?? ""),
            ("external-names", string.Join('|', External)),
            ("autoscaled-names", string.Join('|', Autoscaled.Select(service => service.Name))));
        IEnumerable<string> lines = text.Split('\n');
        lines = ForEach("image", application.Services.Select(Repository), lines);
        lines = ForEach("autoscaled", Autoscaled.Select(service => service.Name), lines);
        lines = ForEach("parameter", application.Parameters, lines);
        var documents = ForEach("external", External, [string.Join('\n', lines)]);
        return string.Join("---\n", ForEach("certificate", application.Certificates, documents));
    }

    // A line or a file that has the placeholder is written once for each item.
    private static IEnumerable<string> ForEach(string name, IEnumerable<string> items, IEnumerable<string> parts)
    {
        var placeholder = $"{{{{{name}}}}}";
        return parts.SelectMany(part => part.Contains(placeholder, StringComparison.Ordinal)
            ? items.Select(item => part.Replace(placeholder, item, StringComparison.Ordinal))
            : [part]);
    }

    private string Repository(PublishedService service) => settings.ImageOf(service.Name)[..^(settings.Tag.Length + 1)];

    private IEnumerable<IKubernetesObject> Availability() =>
    [
        .. Autoscaled.Select(Scaler),
        .. Autoscaled.Select(service => service.Name).Concat(application.Clusters.Select(cluster => cluster.Name)).Select(name => new V1PodDisruptionBudget
        {
            Metadata = Pod.Metadata(name), Spec = new V1PodDisruptionBudgetSpec { MaxUnavailable = 1, Selector = Pod.Selector(name) },
        }),
    ];

    private static V2HorizontalPodAutoscaler Scaler(PublishedService service) => new()
    {
        Metadata = Pod.Metadata(service.Name),
        Spec = new V2HorizontalPodAutoscalerSpec
        {
            ScaleTargetRef = new V2CrossVersionObjectReference { ApiVersion = "apps/v1", Kind = "Deployment", Name = service.Name },
            MinReplicas = service.Kubernetes.Replicas,
            MaxReplicas = service.Kubernetes.MaxReplicas ?? service.Kubernetes.Replicas,
            Metrics =
            [
                new V2MetricSpec
                {
                    Type = "Resource",
                    Resource = new V2ResourceMetricSource { Name = "cpu", Target = new V2MetricTarget { Type = "Utilization", AverageUtilization = 70 } },
                },
            ],
        },
    };
}
