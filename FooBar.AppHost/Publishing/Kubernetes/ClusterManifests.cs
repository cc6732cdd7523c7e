using FooBar.AppHost.MySqlCluster;
using FooBar.AppHost.Publishing.Model;

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

    public IEnumerable<YamlMap> All => [Pod.ServiceAccount(cluster.Name), Service(), StatefulSet()];

    private YamlMap Service() => new()
    {
        { "apiVersion", "v1" },
        { "kind", "Service" },
        { "metadata", Pod.Metadata(cluster.Name) },
        {
            "spec", new YamlMap
            {
                { "clusterIP", "None", "headless: every node is reached by its own name, whoever is primary" },
                { "publishNotReadyAddresses", true, "the coordinator must reach a node that is not ready" },
                { "selector", Pod.Selector(cluster.Name) },
                { "ports", (YamlMap[])[new YamlMap { { "name", "mysql" }, { "port", cluster.Port }, { "targetPort", "mysql" } }] },
            }
        },
    };

    private YamlMap StatefulSet() => new()
    {
        { "apiVersion", "apps/v1" },
        { "kind", "StatefulSet" },
        { "metadata", Pod.Metadata(cluster.Name) },
        {
            "spec", new YamlMap
            {
                { "serviceName", cluster.Name },
                { "replicas", cluster.Nodes.Count, "fixed: each of them is named in the settings of the services" },
                { "podManagementPolicy", "Parallel" },
                { "minReadySeconds", 15, "time for a replica to catch up before the next node is restarted" },
                { "revisionHistoryLimit", 5 },
                { "persistentVolumeClaimRetentionPolicy", new YamlMap { { "whenDeleted", "Retain" }, { "whenScaled", "Retain" } } },
                { "selector", new YamlMap { { "matchLabels", Pod.Selector(cluster.Name) } } },
                {
                    "template", new YamlMap
                    {
                        { "metadata", new YamlMap { { "labels", Pod.Labels(settings.Name, cluster.Name) } } },
                        { "spec", PodSpec() },
                    }
                },
                {
                    "volumeClaimTemplates", (YamlMap[])
                    [
                        new YamlMap
                        {
                            { "metadata", Pod.Metadata(Data) },
                            {
                                "spec", new YamlMap
                                {
                                    { "accessModes", (string[])["ReadWriteOnce"] },
                                    { "resources", new YamlMap { { "requests", new YamlMap { { "storage", cluster.Kubernetes.Storage } } } } },
                                }
                            },
                        },
                    ]
                },
            }
        },
    };

    // For as long as a replica looks up the name of a source that is gone it does not stop, and is not promoted before. If nobody answers
    // that is 10 s for each search domain, usually.
    private static YamlMap PromptResolver => new()
    {
        {
            "options", (YamlMap[])
            [
                new() { { "name", "timeout" }, { "value", "1" } },
                new() { { "name", "attempts" }, { "value", "2" } },
            ]
        },
    };

    private YamlMap PodSpec() => new()
    {
        { "serviceAccountName", cluster.Name },
        { "automountServiceAccountToken", false },
        { "enableServiceLinks", false },
        { "securityContext", Pod.SecurityContext(Pod.MySqlUser) },
        { "terminationGracePeriodSeconds", 120 },
        { "dnsConfig", PromptResolver },
        { "topologySpreadConstraints", Pod.Spread(cluster.Name) },
        { "affinity", ApartFromEachOther() },
        { "containers", (YamlMap[])[Container()] },
        {
            "volumes", (YamlMap[])
            [
                Pod.EmptyDirectory("tmp", "1Gi", inMemory: false),
                Pod.EmptyDirectory(Run, "16Mi", inMemory: true),
                Pod.SecretVolume(Tls, $"{cluster.Name}-tls"),
                .. cluster.Files.Select(files => new YamlMap
                {
                    { "name", FilesName(files) },
                    { "configMap", new YamlMap { { "name", FilesName(files) }, { "defaultMode", 365, "0555" } } },
                }),
            ]
        },
    };

    private YamlMap ApartFromEachOther() => new()
    {
        {
            "podAntiAffinity", new YamlMap
            {
                {
                    "preferredDuringSchedulingIgnoredDuringExecution", (YamlMap[])
                    [
                        new YamlMap
                        {
                            { "weight", 100 },
                            {
                                "podAffinityTerm", new YamlMap
                                {
                                    { "topologyKey", "kubernetes.io/hostname" },
                                    { "labelSelector", new YamlMap { { "matchLabels", Pod.Selector(cluster.Name) } } },
                                }
                            },
                        },
                    ],
                    "preferred, so that a cluster of one node runs too; there a lost node is a lost database"
                },
            }
        },
    };

    private YamlMap Container() => new()
    {
        { "name", "mysql" },
        { "image", cluster.Image },
        { "imagePullPolicy", "IfNotPresent" },
        { "args", Arguments() },
        { "ports", (YamlMap[])[new YamlMap { { "name", "mysql" }, { "containerPort", cluster.Port } }] },
        { "env", environment.Of(cluster.Variables, Fields, new Dictionary<string, string>(), always: true) },
        { "resources", Pod.Resources(cluster.Kubernetes.Cpu, cluster.Kubernetes.Memory) },
        { "securityContext", Pod.ContainerSecurityContext },
        { "startupProbe", Probe([$"{MySqlNodeProgram.Directory}/ready"], period: 2, failures: 43200), "a day: crash recovery takes as long as it takes" },
        { "readinessProbe", Probe([$"{MySqlNodeProgram.Directory}/ready"], period: 5, failures: 2) },
        { "livenessProbe", Probe([$"{MySqlNodeProgram.Directory}/alive"], period: 10, failures: 30), "fails only when a server that has started answers nobody for five minutes" },
        {
            "lifecycle", new YamlMap
            {
                {
                    "preStop", Exec([$"{MySqlNodeProgram.Directory}/offline"]),
                    "a graceful stop would acknowledge commits that no other node has: clients are sent away before it"
                },
            }
        },
        {
            "volumeMounts", (YamlMap[])
            [
                Pod.Mount(Data, "/var/lib/mysql", subPath: "mysql"),
                Pod.Mount("tmp", "/tmp"),
                Pod.Mount(Run, "/var/run/mysqld"),
                Pod.Mount(Tls, MySqlNodeSettings.CertificateDirectory, readOnly: true),
                .. cluster.Files.Select(files => Pod.Mount(FilesName(files), files.Directory, readOnly: true)),
            ]
        },
    };

    // A set has one template: what tells its pods apart is what Kubernetes knows of each. No server may have the id 0.
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

    private static YamlMap Exec(string[] command) => new() { { "exec", new YamlMap { { "command", command } } } };

    private static YamlMap Probe(string[] command, int period, int failures) => new()
    {
        { "exec", new YamlMap { { "command", command } } },
        { "periodSeconds", period },
        { "timeoutSeconds", 5 },
        { "failureThreshold", failures },
    };
}
