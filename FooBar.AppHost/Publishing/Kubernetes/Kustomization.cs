namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>The base's <c>kustomization.yaml</c>.</summary>
internal sealed record Kustomization
{
    /// <summary>The ConfigMap with the variables that say where telemetry is sent.</summary>
    public const string Telemetry = "telemetry";

    public string ApiVersion { get; } = "kustomize.config.k8s.io/v1beta1";

    public string Kind { get; } = nameof(Kustomization);

    public required IReadOnlyList<LabelSet> Labels { get; init; }

    public required IReadOnlyList<string> Resources { get; init; }

    public required IReadOnlyList<ConfigMap> ConfigMapGenerator { get; init; }

    public sealed record LabelSet(IReadOnlyDictionary<string, string> Pairs);

    public sealed record ConfigMap(string Name, IReadOnlyList<string>? Literals = null, IReadOnlyList<string>? Files = null);
}
