using FooBar.AppHost.Publishing.Model;

namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>A service of ours: its Deployment, the Service in front of it, and what the API server lets it do.</summary>
/// <param name="service">The service.</param>
/// <param name="isReached">Whether another service connects to it.</param>
/// <param name="environment">The variables of its container.</param>
/// <param name="settings">How the application is published.</param>
internal sealed class ServiceManifests(PublishedService service, bool isReached, PodEnvironment environment, PublishSettings settings)
{
    private static readonly Dictionary<string, string> Fields = new() { ["POD_NAME"] = "metadata.name", ["POD_NAMESPACE"] = "metadata.namespace" };

    private static readonly string[] LostNode = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

    public IEnumerable<YamlMap> All =>
    [
        Pod.ServiceAccount(service.Name),
        .. Coordination(),
        .. Service() is { } front ? [front] : (YamlMap[])[],
        Deployment(),
    ];

    // Who has users gets an address for them; who has other services in front of it lists its pods to them, one by one.
    private YamlMap? Service()
    {
        if (service.IsExternal)
        {
            return new YamlMap
            {
                { "apiVersion", "v1" },
                { "kind", "Service" },
                { "metadata", Pod.Metadata(service.Name) },
                {
                    "spec", new YamlMap
                    {
                        { "type", "LoadBalancer" },
                        { "externalTrafficPolicy", "Local", "keeps the address of the client, and skips nodes without a ready pod" },
                        { "selector", Pod.Selector(service.Name) },
                        {
                            "ports", service.Ports.Where(port => port.IsExternal).Select(port => new YamlMap
                            {
                                { "name", port.Name },
                                { "port", port.Scheme switch { "http" => 80, "https" => 443, _ => port.Number } },
                                { "targetPort", port.Name },
                            })
                        },
                    }
                },
            };
        }

        return service.Kubernetes.Coordination is not null && !isReached ? null : new YamlMap
        {
            { "apiVersion", "v1" },
            { "kind", "Service" },
            { "metadata", Pod.Metadata(service.Name) },
            {
                "spec", new YamlMap
                {
                    { "clusterIP", "None", "headless: its name resolves to the pods that are ready, and the gateway balances over them itself" },
                    { "ipFamilyPolicy", "SingleStack", "one address for each pod, or it would be counted twice" },
                    { "selector", Pod.Selector(service.Name) },
                    {
                        "ports", service.ServicePorts.Select(port => new YamlMap
                        {
                            { "name", port.Name }, { "port", port.Number }, { "targetPort", port.Name },
                        })
                    },
                }
            },
        };
    }

    private YamlMap Deployment() => new()
    {
        { "apiVersion", "apps/v1" },
        { "kind", "Deployment" },
        { "metadata", Pod.Metadata(service.Name) },
        {
            "spec", new YamlMap
            {
                { "replicas", service.Kubernetes.Replicas },
                { "revisionHistoryLimit", 5 },
                { "selector", new YamlMap { { "matchLabels", Pod.Selector(service.Name) } } },
                { "strategy", Strategy() },
                {
                    "template", new YamlMap
                    {
                        { "metadata", new YamlMap { { "labels", Pod.Labels(settings.Name, service.Name) } } },
                        { "spec", PodSpec() },
                    }
                },
            }
        },
    };

    // What must not act twice ends before its successor begins; everything else is replaced without ever being fewer.
    private YamlMap Strategy() => service.Kubernetes.Coordination is not null
        ? new() { { "type", "Recreate" } }
        : new() { { "type", "RollingUpdate" }, { "rollingUpdate", new YamlMap { { "maxSurge", 1 }, { "maxUnavailable", 0 } } } };

    private YamlMap PodSpec() => new()
    {
        { "serviceAccountName", service.Name },
        { "automountServiceAccountToken", service.Kubernetes.Coordination is not null },
        { "enableServiceLinks", false },
        { "securityContext", Pod.SecurityContext(Pod.ServiceUser) },
        { "terminationGracePeriodSeconds", 30 },
        { "topologySpreadConstraints", Pod.Spread(service.Name) },
        { "tolerations", service.Kubernetes.Coordination is not null ? Impatience() : null },
        { "containers", (YamlMap[])[Container()] },
        {
            "volumes", (YamlMap[])
            [
                Pod.EmptyDirectory("tmp", "64Mi", inMemory: true),
                .. service.SecretFiles.Select(files => Pod.SecretVolume(files.Secret, files.Secret)),
            ]
        },
    };

    // While its node is lost nothing fails over: it is started elsewhere sooner than after the usual five minutes.
    private static YamlMap[] Impatience() =>
    [
        .. LostNode.Select(taint => new YamlMap
        {
            { "key", taint }, { "operator", "Exists" }, { "effect", "NoExecute" }, { "tolerationSeconds", 15 },
        }),
    ];

    private YamlMap Container() => new()
    {
        { "name", service.Name },
        { "image", settings.ImageOf(service.Name) },
        { "imagePullPolicy", "IfNotPresent" },
        { "ports", service.Ports.Select(port => new YamlMap { { "name", port.Name }, { "containerPort", port.Number } }) },
        { "envFrom", (YamlMap[])[new YamlMap { { "configMapRef", new YamlMap { { "name", "telemetry" } } } }] },
        { "env", environment.Of(service.Variables, Fields, Additions()) },
        { "resources", Pod.Resources(service.Kubernetes.Cpu, service.Kubernetes.Memory) },
        { "securityContext", Pod.ContainerSecurityContext },
        { "startupProbe", Probe("/alive", period: 1, failures: 120) },
        { "readinessProbe", Probe("/health", period: 2, failures: 2) },
        { "livenessProbe", Probe("/alive", period: 10, failures: 3) },
        {
            "lifecycle", service.Kubernetes.Coordination is not null ? null : new YamlMap
            {
                {
                    "preStop", new YamlMap { { "sleep", new YamlMap { { "seconds", 8 } } } },
                    "by then nobody sends it anything new; then it drains"
                },
            }
        },
        {
            "volumeMounts", (YamlMap[])
            [
                Pod.Mount("tmp", "/tmp"),
                .. service.SecretFiles.Select(files => Pod.Mount(files.Secret, files.Directory, readOnly: true)),
            ]
        },
    };

    private Dictionary<string, string> Additions() => new(service.Kubernetes.Variables)
    {
        ["OTEL_SERVICE_NAME"] = service.Name,
        ["ServedBy"] = "$(POD_NAME)",
    };

    private YamlMap Probe(string path, int period, int failures) => new()
    {
        { "httpGet", new YamlMap { { "path", path }, { "port", service.HealthPort.Name } } },
        { "periodSeconds", period },
        { "timeoutSeconds", 2 },
        { "failureThreshold", failures },
    };

    private IEnumerable<YamlMap> Coordination()
    {
        if (service.Kubernetes.Coordination is not (var lease, var journal))
        {
            return [];
        }

        return
        [
            new YamlMap
            {
                { "apiVersion", "v1" },
                { "kind", "ConfigMap" },
                { "metadata", Pod.Metadata(journal), "What the coordinator has decided. It belongs to the volumes: remove both or neither." },
            },
            new YamlMap
            {
                { "apiVersion", "coordination.k8s.io/v1" },
                { "kind", "Lease" },
                { "metadata", Pod.Metadata(lease) },
            },
            new YamlMap
            {
                { "apiVersion", "rbac.authorization.k8s.io/v1" },
                { "kind", "Role" },
                { "metadata", Pod.Metadata(service.Name) },
                { "rules", (YamlMap[])[Rule("", "configmaps", journal), Rule("coordination.k8s.io", "leases", lease)] },
            },
            new YamlMap
            {
                { "apiVersion", "rbac.authorization.k8s.io/v1" },
                { "kind", "RoleBinding" },
                { "metadata", Pod.Metadata(service.Name) },
                { "roleRef", new YamlMap { { "apiGroup", "rbac.authorization.k8s.io" }, { "kind", "Role" }, { "name", service.Name } } },
                { "subjects", (YamlMap[])[new YamlMap { { "kind", "ServiceAccount" }, { "name", service.Name } }] },
            },
        ];
    }

    private static YamlMap Rule(string group, string resource, string name) => new()
    {
        { "apiGroups", (string[])[group] }, { "resources", (string[])[resource] }, { "resourceNames", (string[])[name] }, { "verbs", (string[])["get", "update"] },
    };
}
