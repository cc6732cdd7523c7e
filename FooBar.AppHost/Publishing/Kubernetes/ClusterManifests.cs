using FooBar.AppHost.MySqlCluster;
using FooBar.AppHost.Publishing.Model;
using k8s;
using k8s.Models;

namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>A MySQL cluster: a StatefulSet whose pods have names that last, and a volume each.</summary>
internal sealed class ClusterManifests(PublishedCluster cluster, PodEnvironment environment, PublishSettings settings)
{
    private const string Data = "data", Run = "run", Tls = "tls";

    private static readonly Dictionary<string, string> Fields = new()
    {
        ["POD_NAME"] = "metadata.name",
        ["POD_INDEX"] = "metadata.labels['apps.kubernetes.io/pod-index']",
    };

    public IEnumerable<IKubernetesObject> All => [Pod.ServiceAccount(cluster.Name), Service(), StatefulSet()];

    private V1Service Service() => new()
    {
        Metadata = Pod.Metadata(cluster.Name),
        Spec = new V1ServiceSpec
        {
            // Headless: every node is reached by its own name, whoever is primary. The coordinator must reach a node that is not ready.
            ClusterIP = "None",
            PublishNotReadyAddresses = true,
            Selector = Pod.Labels(cluster.Name),
            Ports = [new V1ServicePort { Name = "mysql", Port = cluster.Port, TargetPort = "mysql" }],
        },
    };

    private V1StatefulSet StatefulSet() => new()
    {
        Metadata = Pod.Metadata(cluster.Name),
        Spec = new V1StatefulSetSpec
        {
            ServiceName = cluster.Name,
            Replicas = cluster.Nodes.Count, // fixed: the settings of the services name each node
            PodManagementPolicy = "Parallel",
            MinReadySeconds = 15, // time for a replica to catch up before the next node is restarted
            RevisionHistoryLimit = 5,
            PersistentVolumeClaimRetentionPolicy = new V1StatefulSetPersistentVolumeClaimRetentionPolicy { WhenDeleted = "Retain", WhenScaled = "Retain" },
            Selector = Pod.Selector(cluster.Name),
            Template = Pod.Template(settings.Name, cluster.Name, PodSpec()),
            VolumeClaimTemplates =
            [
                new V1PersistentVolumeClaim
                {
                    Metadata = Pod.Metadata(Data),
                    Spec = new V1PersistentVolumeClaimSpec
                    {
                        AccessModes = ["ReadWriteOnce"],
                        Resources = new V1VolumeResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = cluster.Kubernetes.Storage } },
                    },
                },
            ],
        },
    };

    // A replica does not stop, and is not promoted, while it looks up the name of a source that is gone. Without an answer that
    // usually takes 10 s for each search domain.
    private static V1PodDNSConfig PromptResolver => new()
    {
        Options = [new V1PodDNSConfigOption { Name = "timeout", Value = "1" }, new V1PodDNSConfigOption { Name = "attempts", Value = "2" }],
    };

    private V1PodSpec PodSpec() => new()
    {
        ServiceAccountName = cluster.Name,
        AutomountServiceAccountToken = false,
        EnableServiceLinks = false,
        SecurityContext = Pod.SecurityContext(Pod.MySqlUser),
        TerminationGracePeriodSeconds = 120,
        DnsConfig = PromptResolver,
        TopologySpreadConstraints = Pod.Spread(cluster.Name),
        Affinity = ApartFromEachOther(),
        Containers = [Container()],
        Volumes =
        [
            Pod.EmptyDirectory("tmp", "1Gi", inMemory: false),
            Pod.EmptyDirectory(Run, "16Mi", inMemory: true),
            Pod.SecretVolume(Tls, $"{cluster.Name}-tls"),
            .. cluster.Files.Select(FilesName).Select(name => new V1Volume
            {
                Name = name, ConfigMap = new V1ConfigMapVolumeSource { Name = name, DefaultMode = Convert.ToInt32("0555", 8) },
            }),
        ],
    };

    // Preferred, so that a cluster of one Kubernetes node runs too; there a lost node is a lost database.
    private V1Affinity ApartFromEachOther() => new()
    {
        PodAntiAffinity = new V1PodAntiAffinity
        {
            PreferredDuringSchedulingIgnoredDuringExecution =
            [
                new V1WeightedPodAffinityTerm
                {
                    Weight = 100,
                    PodAffinityTerm = new V1PodAffinityTerm { TopologyKey = "kubernetes.io/hostname", LabelSelector = Pod.Selector(cluster.Name) },
                },
            ],
        },
    };

    private V1Container Container() => new()
    {
        Name = "mysql",
        Image = cluster.Image,
        ImagePullPolicy = "IfNotPresent",
        Args = Arguments(),
        Ports = [new V1ContainerPort { Name = "mysql", ContainerPort = cluster.Port }],
        Env = environment.Of(cluster.Variables, Fields, new Dictionary<string, string>(), always: true),
        Resources = Pod.Resources(cluster.Kubernetes.Cpu, cluster.Kubernetes.Memory),
        SecurityContext = Pod.ContainerSecurityContext,

        // Starting may take a day: crash recovery takes as long as it takes. Liveness fails when a server that has started answers nobody for 5 min.
        StartupProbe = Probe("ready", period: 2, failures: 43200),
        ReadinessProbe = Probe("ready", period: 5, failures: 2),
        LivenessProbe = Probe("alive", period: 10, failures: 30),

        // A graceful stop would acknowledge commits that no other node has. So the clients are sent away before it.
        Lifecycle = new V1Lifecycle { PreStop = new V1LifecycleHandler { Exec = Program("offline") } },
        VolumeMounts =
        [
            Pod.Mount(Data, "/var/lib/mysql", subPath: "mysql"),
            Pod.Mount("tmp", "/tmp"),
            Pod.Mount(Run, "/var/run/mysqld"),
            Pod.Mount(Tls, MySqlNodeSettings.CertificateDirectory, readOnly: true),
            .. cluster.Files.Select(files => Pod.Mount(FilesName(files), files.Directory, readOnly: true)),
        ],
    };

    // A set has one template. What Kubernetes knows of each pod tells its pods apart. No server may have the id 0.
    private List<string> Arguments()
    {
        var common = cluster.Nodes.Select(node => node.Arguments.Except(MySqlNodeSettings.Identity($"{node.Number}", node.Name)).ToList()).ToList();
        foreach (var (index, own) in common.Index())
        {
            if (own.Except(common[0]).Concat(common[0].Except(own)).FirstOrDefault() is { } other)
            {
                throw new PublishException($"'{cluster.Nodes[index].Name}' and '{cluster.Nodes[0].Name}' differ in the argument {other}, and pods of one StatefulSet cannot: give it to all nodes or to none.");
            }
        }

        return [.. MySqlNodeSettings.Identity("1$(POD_INDEX)", $"$(POD_NAME).{cluster.Name}"), .. common[0]];
    }

    /// <summary>The name of the ConfigMap that holds the files of a directory.</summary>
    public string FilesName(PublishedFiles files)
    {
        var folder = Path.GetFileName(files.Directory);
        return folder.StartsWith($"{cluster.Name}-", StringComparison.Ordinal) ? folder : $"{cluster.Name}-{folder}";
    }

    private static V1ExecAction Program(string name) => new() { Command = [$"{MySqlNodeProgram.Directory}/{name}"] };

    private static V1Probe Probe(string program, int period, int failures) => new()
    {
        Exec = Program(program), PeriodSeconds = period, TimeoutSeconds = 5, FailureThreshold = failures,
    };
}
