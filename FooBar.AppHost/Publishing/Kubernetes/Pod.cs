using k8s.Models;

namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>What all pods have in common: they satisfy the Pod Security Standard "restricted" and get nothing that they do not use.</summary>
internal static class Pod
{
    public const int ServiceUser = 1654, MySqlUser = 999;

    private static readonly string[] Topologies = ["kubernetes.io/hostname", "topology.kubernetes.io/zone"];

    public const string Application = "app.kubernetes.io/part-of", Component = "app.kubernetes.io/name";

    public static V1PodTemplateSpec Template(string application, string component, V1PodSpec pod) => new()
    {
        Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { [Component] = component, [Application] = application } },
        Spec = pod,
    };

    public static Dictionary<string, string> Labels(string component) => new() { [Component] = component };

    public static V1LabelSelector Selector(string component) => new() { MatchLabels = Labels(component) };

    public static V1ObjectMeta Metadata(string name) => new() { Name = name };

    public static V1PodSecurityContext SecurityContext(int user) => new()
    {
        RunAsNonRoot = true,
        RunAsUser = user,
        RunAsGroup = user,
        FsGroup = user,
        FsGroupChangePolicy = "OnRootMismatch",
        SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" },
    };

    public static V1SecurityContext ContainerSecurityContext => new()
    {
        AllowPrivilegeEscalation = false,
        ReadOnlyRootFilesystem = true,
        Capabilities = new V1Capabilities { Drop = ["ALL"] },
    };

    public static V1ResourceRequirements Resources((string Promised, string Most) cpu, (string Promised, string Most) memory) => new()
    {
        Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = cpu.Promised, ["memory"] = memory.Promised, ["ephemeral-storage"] = "64Mi" },
        Limits = new Dictionary<string, ResourceQuantity> { ["cpu"] = cpu.Most, ["memory"] = memory.Most, ["ephemeral-storage"] = "1Gi" },
    };

    /// <summary>On another node than its like, and in another zone, as long as there is one: a cluster of one node works too.</summary>
    public static IList<V1TopologySpreadConstraint> Spread(string component) =>
    [
        .. Topologies.Select(topology => new V1TopologySpreadConstraint
        {
            MaxSkew = 1, TopologyKey = topology, WhenUnsatisfiable = "ScheduleAnyway", LabelSelector = Selector(component),
        }),
    ];

    public static V1ServiceAccount ServiceAccount(string name) => new() { Metadata = Metadata(name), AutomountServiceAccountToken = false };

    public static V1Volume EmptyDirectory(string name, string limit, bool inMemory) => new()
    {
        Name = name,
        EmptyDir = new V1EmptyDirVolumeSource { Medium = inMemory ? "Memory" : null, SizeLimit = limit },
    };

    // Mode 0440: the owner is root, the group is the pod's.
    public static V1Volume SecretVolume(string name, string secret) => new()
    {
        Name = name,
        Secret = new V1SecretVolumeSource { SecretName = secret, DefaultMode = Convert.ToInt32("0440", 8) },
    };

    public static V1VolumeMount Mount(string name, string path, bool readOnly = false, string? subPath = null) => new()
    {
        Name = name, MountPath = path, SubPath = subPath, ReadOnlyProperty = readOnly ? true : null,
    };
}
