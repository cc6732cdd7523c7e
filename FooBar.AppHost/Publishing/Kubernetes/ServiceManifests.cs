using FooBar.AppHost.Publishing.Model;
using k8s;
using k8s.Models;

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

    private bool ActsAlone => service.Kubernetes.Coordination is not null;

    public IEnumerable<IKubernetesObject> All =>
    [
        Pod.ServiceAccount(service.Name),
        .. service.Kubernetes.Coordination is var (lease, journal) ? Coordination(lease, journal) : [],
        .. service.IsExternal ? [Entrance()] : isReached || !ActsAlone ? [Headless()] : (V1Service[])[],
        Deployment(),
    ];

    // Local keeps the address of the client, and skips nodes without a ready pod.
    private V1Service Entrance() => Service(new V1ServiceSpec
    {
        Type = "LoadBalancer",
        ExternalTrafficPolicy = "Local",
        Ports = [.. service.Ports.Where(port => port.IsExternal).Select(port => Port(port, port.Scheme switch { "http" => 80, "https" => 443, _ => port.Number }))],
    });

    // Its name resolves to the pods that are ready, and the gateway balances over them itself. With two IP families it would count each pod twice.
    private V1Service Headless() => Service(new V1ServiceSpec
    {
        ClusterIP = "None",
        IpFamilyPolicy = "SingleStack",
        Ports = [.. service.ServicePorts.Select(port => Port(port, port.Number))],
    });

    private V1Service Service(V1ServiceSpec spec)
    {
        spec.Selector = Pod.Labels(service.Name);
        return new V1Service { Metadata = Pod.Metadata(service.Name), Spec = spec };
    }

    private static V1ServicePort Port(PublishedPort port, int number) => new() { Name = port.Name, Port = number, TargetPort = port.Name };

    private V1Deployment Deployment() => new()
    {
        Metadata = Pod.Metadata(service.Name),
        Spec = new V1DeploymentSpec
        {
            Replicas = service.Kubernetes.Replicas,
            RevisionHistoryLimit = 5,
            Selector = Pod.Selector(service.Name),
            Strategy = Strategy(),
            Template = Pod.Template(settings.Name, service.Name, PodSpec()),
        },
    };

    // A service that must not act twice ends before its successor begins. Any other is replaced without ever being fewer.
    private V1DeploymentStrategy Strategy() => ActsAlone
        ? new() { Type = "Recreate" }
        : new() { Type = "RollingUpdate", RollingUpdate = new V1RollingUpdateDeployment { MaxSurge = 1, MaxUnavailable = 0 } };

    private V1PodSpec PodSpec() => new()
    {
        ServiceAccountName = service.Name,
        AutomountServiceAccountToken = ActsAlone,
        EnableServiceLinks = false,
        SecurityContext = Pod.SecurityContext(Pod.ServiceUser),
        TerminationGracePeriodSeconds = 30,
        TopologySpreadConstraints = Pod.Spread(service.Name),
        Tolerations = ActsAlone ? Impatience() : null,
        Containers = [Container()],
        Volumes =
        [
            Pod.EmptyDirectory("tmp", "64Mi", inMemory: true),
            .. service.SecretFiles.Select(files => Pod.SecretVolume(files.Secret, files.Secret)),
        ],
    };

    // Nothing fails over while the coordinator's node is lost. So it is started elsewhere sooner than after the usual five minutes.
    private static IList<V1Toleration> Impatience() =>
        [.. LostNode.Select(taint => new V1Toleration { Key = taint, OperatorProperty = "Exists", Effect = "NoExecute", TolerationSeconds = 15 })];

    private V1Container Container() => new()
    {
        Name = service.Name,
        Image = settings.ImageOf(service.Name),
        ImagePullPolicy = "IfNotPresent",
        Ports = [.. service.Ports.Select(port => new V1ContainerPort { Name = port.Name, ContainerPort = port.Number })],
        EnvFrom = [new V1EnvFromSource { ConfigMapRef = new V1ConfigMapEnvSource { Name = Kustomization.Telemetry } }],
        Env = environment.Of(service.Variables, Fields, Additions()),
        Resources = Pod.Resources(service.Kubernetes.Cpu, service.Kubernetes.Memory),
        SecurityContext = Pod.ContainerSecurityContext,
        StartupProbe = Probe("/alive", period: 1, failures: 120),
        ReadinessProbe = Probe("/health", period: 2, failures: 2),
        LivenessProbe = Probe("/alive", period: 10, failures: 3),

        // After 8 s nobody sends it anything new. Then it drains.
        Lifecycle = ActsAlone ? null : new V1Lifecycle { PreStop = new V1LifecycleHandler { Sleep = new V1SleepAction { Seconds = 8 } } },
        VolumeMounts =
        [
            Pod.Mount("tmp", "/tmp"),
            .. service.SecretFiles.Select(files => Pod.Mount(files.Secret, files.Directory, readOnly: true)),
        ],
    };

    private Dictionary<string, string> Additions() => new(service.Kubernetes.Variables)
    {
        ["OTEL_SERVICE_NAME"] = service.Name,
        ["ServedBy"] = "$(POD_NAME)",
    };

    private V1Probe Probe(string path, int period, int failures) => new()
    {
        HttpGet = new V1HTTPGetAction { Path = path, Port = service.HealthPort.Name }, PeriodSeconds = period, TimeoutSeconds = 2, FailureThreshold = failures,
    };

    // The journal belongs to the volumes of MySQL: remove both or neither.
    private IEnumerable<IKubernetesObject> Coordination(string lease, string journal) =>
    [
        new V1ConfigMap { Metadata = Pod.Metadata(journal) },
        new V1Lease { Metadata = Pod.Metadata(lease) },
        new V1Role { Metadata = Pod.Metadata(service.Name), Rules = [Rule("", "configmaps", journal), Rule("coordination.k8s.io", "leases", lease)] },
        new V1RoleBinding
        {
            Metadata = Pod.Metadata(service.Name),
            RoleRef = new V1RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "Role", Name = service.Name },
            Subjects = [new Rbacv1Subject { Kind = "ServiceAccount", Name = service.Name }],
        },
    ];

    private static V1PolicyRule Rule(string group, string resource, string name) => new()
    {
        ApiGroups = [group], Resources = [resource], ResourceNames = [name], Verbs = ["get", "update"],
    };
}
