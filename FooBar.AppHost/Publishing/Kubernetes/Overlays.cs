using FooBar.AppHost.Publishing.Model;

namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>What differs from place to place: the files that a person edits.</summary>
internal sealed class Overlays(PublishedApplication application, PublishSettings settings)
{
    private IEnumerable<PublishedService> Elastic => application.Services.Where(service => service.Kubernetes.MaxReplicas is not null);

    private IEnumerable<PublishedService> External => application.Services.Where(service => service.IsExternal);

    public IEnumerable<OutputFile> All =>
    [
        new("overlays/production/kustomization.yaml", Production()),
        new("overlays/production/availability.yaml", YamlText.Write("How many there are under load, and how many may be taken away at a time.", Availability())),
        new("overlays/development/kustomization.yaml", Development()),
        new("overlays/production-ingress/kustomization.yaml", Variant("Production behind an Ingress controller instead of a load balancer of its own.", "ingress")),
        new("overlays/production-gateway-api/kustomization.yaml", Variant("Production behind a Gateway of the Gateway API instead of a load balancer of its own.", "gateway-api")),
        new("components/ingress/kustomization.yaml", Component("Users come through an Ingress controller.", ["ingress.yaml"], [ClusterIp(), TrustInController()])),
        new("components/ingress/ingress.yaml", YamlText.Write("Edit the host names, the class and the issuer.", External.Select(Ingress))),
        new("components/gateway-api/kustomization.yaml", Component("Users come through a Gateway (gateway.networking.k8s.io).", ["routes.yaml"], [ClusterIp(), TrustInController()])),
        new("components/gateway-api/routes.yaml", YamlText.Write("Edit the host names, the class and the issuer.", External.SelectMany(GatewayApi))),
        new("components/cert-manager/kustomization.yaml", Component("cert-manager makes and renews the certificates.", ["certificates.yaml"], [])),
        new("components/cert-manager/certificates.yaml", YamlText.Write("Edit the host names and the issuers.", Certificates())),
        new("components/external-secrets/kustomization.yaml", Component("The External Secrets Operator brings the secrets; secrets.sh is then needed for none of these.", ["external-secrets.yaml"], [])),
        new("components/external-secrets/external-secrets.yaml", YamlText.Write("Edit the store and the keys in it.", [ExternalSecret()])),
    ];

    private string Production() => YamlText.Write(
        "Production. Deploy it with: kubectl apply -k overlays/production",
        new YamlMap
        {
            { "apiVersion", "kustomize.config.k8s.io/v1beta1" },
            { "kind", "Kustomization" },
            { "namespace", settings.Name },
            { "resources", (string[])["../../base", "availability.yaml"] },
            { "components", new List<string>(), "Optional parts: ../../components/cert-manager, ../../components/external-secrets" },
            { "images", Images(), "The version that is deployed. Add newName to take an image from a registry of yours." },
            {
                "configMapGenerator", (YamlMap[])[Telemetry("merge")],
                "Where traces, metrics and logs are sent by OTLP, for instance http://otel-collector.monitoring:4317; empty for nowhere."
            },
            { "patches", Elastic.Select(LeaveReplicasToAutoscaler), "The autoscaler decides: a number here would undo its decision at every deployment." },
        });

    private string Development() => YamlText.Write(
        "A cluster for trying out: one pod of each service, no autoscaling, no load balancer.\nReach it with: kubectl -n "
            + $"{DevelopmentNamespace} port-forward service/{External.FirstOrDefault()?.Name} 8443:443",
        new YamlMap
        {
            { "apiVersion", "kustomize.config.k8s.io/v1beta1" },
            { "kind", "Kustomization" },
            { "namespace", DevelopmentNamespace },
            { "resources", (string[])["../../base"] },
            { "images", Images() },
            { "replicas", Elastic.Select(service => new YamlMap { { "name", service.Name }, { "count", 1 } }) },
            { "patches", (YamlMap[])[ClusterIp()] },
        });

    private string DevelopmentNamespace => $"{settings.Name}-development";

    public YamlMap Telemetry(string? behavior) => new()
    {
        { "name", "telemetry" },
        { "behavior", behavior },
        { "literals", (string[])[$"OTEL_EXPORTER_OTLP_ENDPOINT={settings.OtlpEndpoint}"] },
    };

    private IEnumerable<YamlMap> Images() => application.Services.Select(service =>
    {
        var image = settings.ImageOf(service.Name);
        return new YamlMap { { "name", image[..^(settings.Tag.Length + 1)] }, { "newTag", settings.Tag } };
    });

    private IEnumerable<YamlMap> Availability() =>
    [
        .. Elastic.Select(service => new YamlMap
        {
            { "apiVersion", "autoscaling/v2" },
            { "kind", "HorizontalPodAutoscaler" },
            { "metadata", Pod.Metadata(service.Name) },
            {
                "spec", new YamlMap
                {
                    { "scaleTargetRef", new YamlMap { { "apiVersion", "apps/v1" }, { "kind", "Deployment" }, { "name", service.Name } } },
                    { "minReplicas", service.Kubernetes.Replicas },
                    { "maxReplicas", service.Kubernetes.MaxReplicas },
                    {
                        "metrics", (YamlMap[])
                        [
                            new YamlMap
                            {
                                { "type", "Resource" },
                                { "resource", new YamlMap { { "name", "cpu" }, { "target", new YamlMap { { "type", "Utilization" }, { "averageUtilization", 70 } } } } },
                            },
                        ]
                    },
                }
            },
        }),
        .. Elastic.Select(service => service.Name).Concat(application.Clusters.Select(cluster => cluster.Name)).Select(name => new YamlMap
        {
            { "apiVersion", "policy/v1" },
            { "kind", "PodDisruptionBudget" },
            { "metadata", Pod.Metadata(name) },
            { "spec", new YamlMap { { "maxUnavailable", 1 }, { "selector", new YamlMap { { "matchLabels", Pod.Selector(name) } } } } },
        }),
    ];

    private static YamlMap LeaveReplicasToAutoscaler(PublishedService service) => new()
    {
        { "target", new YamlMap { { "kind", "Deployment" }, { "name", service.Name } } },
        { "patch", YamlText.Fragment([Remove("/spec/replicas")]) },
    };

    private string Variant(string comment, string component) => YamlText.Write(
        comment,
        new YamlMap
        {
            { "apiVersion", "kustomize.config.k8s.io/v1beta1" },
            { "kind", "Kustomization" },
            { "namespace", settings.Name },
            { "resources", (string[])["../production"] },
            { "components", (string[])[$"../../components/{component}"] },
        });

    private static string Component(string comment, string[] resources, YamlMap[] patches) => YamlText.Write(
        comment,
        new YamlMap
        {
            { "apiVersion", "kustomize.config.k8s.io/v1alpha1" },
            { "kind", "Component" },
            { "resources", resources },
            { "patches", patches.Length > 0 ? patches : null },
        });

    private YamlMap ClusterIp() => new()
    {
        { "target", new YamlMap { { "kind", "Service" }, { "name", ExternalNames() } } },
        { "patch", YamlText.Fragment([Set("replace", "/spec/type", "ClusterIP"), Remove("/spec/externalTrafficPolicy")]) },
    };

    private YamlMap TrustInController() => new()
    {
        { "target", new YamlMap { { "kind", "Deployment" }, { "name", ExternalNames() } } },
        {
            "patch",
            YamlText.Fragment([Set("add", "/spec/template/spec/containers/0/env/-", new YamlMap { { "name", "ForwardedHeaders__TrustedNetworks__0" }, { "value", "10.0.0.0/8" } })]),
            "The network of the controller's pods: whose X-Forwarded-For is believed."
        },
    };

    private static YamlMap Set(string operation, string path, object value) => new() { { "op", operation }, { "path", path }, { "value", value } };

    private static YamlMap Remove(string path) => new() { { "op", "remove" }, { "path", path } };

    private string ExternalNames() => string.Join('|', External.Select(service => service.Name));

    private string Host => $"www.{settings.Name}.com";

    private static YamlMap WithIssuer(string name) => new()
    {
        { "name", name },
        { "annotations", new YamlMap { { "cert-manager.io/cluster-issuer", "letsencrypt", "cert-manager fills the secret below; without it, fill it yourself" } } },
    };

    private YamlMap Ingress(PublishedService service) => new()
    {
        { "apiVersion", "networking.k8s.io/v1" },
        { "kind", "Ingress" },
        { "metadata", WithIssuer(service.Name) },
        {
            "spec", new YamlMap
            {
                { "ingressClassName", "nginx" },
                { "tls", (YamlMap[])[new YamlMap { { "hosts", (string[])[Host] }, { "secretName", $"{service.Name}-ingress-tls" } }] },
                {
                    "rules", (YamlMap[])
                    [
                        new YamlMap
                        {
                            { "host", Host },
                            {
                                "http", new YamlMap
                                {
                                    {
                                        "paths", (YamlMap[])
                                        [
                                            new YamlMap
                                            {
                                                { "path", "/" },
                                                { "pathType", "Prefix" },
                                                { "backend", new YamlMap { { "service", new YamlMap { { "name", service.Name }, { "port", new YamlMap { { "name", "http" } } } } } } },
                                            },
                                        ]
                                    },
                                }
                            },
                        },
                    ]
                },
            }
        },
    };

    private IEnumerable<YamlMap> GatewayApi(PublishedService service) =>
    [
        new YamlMap
        {
            { "apiVersion", "gateway.networking.k8s.io/v1" },
            { "kind", "Gateway" },
            { "metadata", WithIssuer(service.Name) },
            {
                "spec", new YamlMap
                {
                    { "gatewayClassName", "example", "the class that your cluster offers" },
                    {
                        "listeners", (YamlMap[])
                        [
                            new YamlMap
                            {
                                { "name", "https" },
                                { "hostname", Host },
                                { "port", 443 },
                                { "protocol", "HTTPS" },
                                { "tls", new YamlMap { { "certificateRefs", (YamlMap[])[new YamlMap { { "name", $"{service.Name}-ingress-tls" } }] } } },
                            },
                        ]
                    },
                }
            },
        },
        new YamlMap
        {
            { "apiVersion", "gateway.networking.k8s.io/v1" },
            { "kind", "HTTPRoute" },
            { "metadata", Pod.Metadata(service.Name) },
            {
                "spec", new YamlMap
                {
                    { "parentRefs", (YamlMap[])[new YamlMap { { "name", service.Name } }] },
                    { "hostnames", (string[])[Host] },
                    { "rules", (YamlMap[])[new YamlMap { { "backendRefs", (YamlMap[])[new YamlMap { { "name", service.Name }, { "port", 80 } }] } }] },
                }
            },
        },
    ];

    private IEnumerable<YamlMap> Certificates() =>
        application.Certificates.Select(secret => new YamlMap
            {
                { "apiVersion", "cert-manager.io/v1" },
                { "kind", "Certificate" },
                { "metadata", Pod.Metadata(secret) },
                {
                    "spec", new YamlMap
                    {
                        { "secretName", secret },
                        { "dnsNames", (string[])[Host] },
                        { "issuerRef", new YamlMap { { "kind", "ClusterIssuer" }, { "name", "letsencrypt" } } },
                    }
                },
            });

    private YamlMap ExternalSecret() => new()
    {
        { "apiVersion", "external-secrets.io/v1" },
        { "kind", "ExternalSecret" },
        { "metadata", Pod.Metadata(PodEnvironment.Secret) },
        {
            "spec", new YamlMap
            {
                { "refreshInterval", "1h" },
                { "secretStoreRef", new YamlMap { { "kind", "ClusterSecretStore" }, { "name", "example" } } },
                { "target", new YamlMap { { "name", PodEnvironment.Secret } } },
                {
                    "data", application.Parameters.Select(parameter => new YamlMap
                    {
                        { "secretKey", parameter },
                        { "remoteRef", new YamlMap { { "key", settings.Name }, { "property", parameter } } },
                    })
                },
            }
        },
    };
}
