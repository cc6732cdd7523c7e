using FooBar.AppHost.MySqlCluster;
using FooBar.AppHost.Publishing.Kubernetes;
using FooBar.AppHost.Publishing.Model;

namespace FooBar.AppHost.Publishing.Compose;

/// <summary>The containers of a compose file, as restricted as the pods in Kubernetes.</summary>
internal sealed class ComposeServices(PublishedApplication application, PublishSettings settings)
{
    // In a network without a way out the name of a container that is gone is looked up for 20 s. For as long a replica that tries to reach
    // it again does not stop, and is not promoted before.
    private static readonly string[] Resolver = ["timeout:1", "attempts:1"];

    public YamlMap All
    {
        get
        {
            var services = new YamlMap();
            foreach (var cluster in application.Clusters)
            {
                foreach (var node in cluster.Nodes)
                {
                    services.Add(node.Name, Node(cluster, node));
                }
            }

            foreach (var service in application.Services)
            {
                foreach (var number in Enumerable.Range(1, service.Compose.Replicas))
                {
                    var name = service.Compose.Replicas == 1 ? service.Name : $"{service.Name}-{number}";
                    services.Add(name, Service(service, name));
                }
            }

            return services;
        }
    }

    public static string DataVolume(PublishedNode node) => $"{node.Name}-data";

    public static string FilesFolder(PublishedFiles files) => Path.GetFileName(files.Directory);

    private YamlMap Service(PublishedService service, string name) => new()
    {
        { "image", settings.ImageOf(service.Name) },
        { "restart", "unless-stopped" },
        { "user", User(Pod.ServiceUser) },
        { "read_only", true },
        { "cap_drop", (string[])["ALL"] },
        { "security_opt", (string[])["no-new-privileges:true"] },
        { "mem_limit", Megabytes(service.Kubernetes.Memory.Most) },
        { "tmpfs", (string[])["/tmp:size=64m"] },
        { "dns_opt", Resolver },
        { "networks", Networks(service) },
        { "ports", service.IsExternal ? service.Ports.Select(Port) : null },
        {
            "environment", Environment([
                .. service.Variables.Select(variable => (variable.Name, Render(variable.Value))),
                .. service.Compose.Variables.Select(variable => (variable.Key, Escape(variable.Value))),
                ("OTEL_SERVICE_NAME", name),
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "${OTEL_EXPORTER_OTLP_ENDPOINT:-" + Escape(settings.OtlpEndpoint) + "}"),
            ])
        },
        { "volumes", Mounts(service) },
    };

    private static YamlMap Node(PublishedCluster cluster, PublishedNode node) => new()
    {
        { "image", cluster.Image },
        { "command", node.Arguments.Select(Escape) },
        { "restart", "unless-stopped" },
        { "user", User(Pod.MySqlUser) },
        { "read_only", true },
        { "cap_drop", (string[])["ALL"] },
        { "security_opt", (string[])["no-new-privileges:true"] },
        { "mem_limit", Megabytes(cluster.Kubernetes.Memory.Most) },
        { "stop_grace_period", "2m" },
        { "tmpfs", (string[])["/tmp:size=256m", $"/var/run/mysqld:size=16m,uid={Pod.MySqlUser},gid={Pod.MySqlUser}"] },
        { "dns_opt", Resolver },
        { "networks", new YamlMap { { cluster.Compose.Network, new YamlMap() } } },
        { "environment", Environment([.. cluster.Variables.Select(variable => (variable.Name, Render(variable.Value)))]) },
        {
            "volumes", (string[])
            [
                $"{DataVolume(node)}:/var/lib/mysql",
                $"./secrets/{cluster.Name}-tls:{MySqlNodeSettings.CertificateDirectory}:ro",
                .. cluster.Files.Select(files => $"./{FilesFolder(files)}:{files.Directory}:ro"),
            ]
        },
    };

    // In the network where it is reached, under the name of the service, and in those of whatever it connects to.
    private YamlMap Networks(PublishedService service)
    {
        var networks = new YamlMap { { service.Compose.Network, new YamlMap { { "aliases", (string[])[service.Name] } } } };
        foreach (var other in service.Connections.Select(connection => NetworkOf(connection.To)).Distinct().Order(StringComparer.Ordinal))
        {
            if (other != service.Compose.Network)
            {
                networks.Add(other, new YamlMap());
            }
        }

        return networks;
    }

    private string NetworkOf(string name) =>
        application.Services.FirstOrDefault(service => service.Name == name)?.Compose.Network ?? application.Clusters.First(cluster => cluster.Name == name).Compose.Network;

    private static string[]? Mounts(PublishedService service)
    {
        string[] mounts =
        [
            .. service.SecretFiles.Select(files => $"./secrets/{files.Secret}:{files.Directory}:ro"),
            .. service.Compose.Volumes.Select(volume => $"{volume.Key}:{volume.Value}"),
        ];
        return mounts.Length > 0 ? mounts : null;
    }

    // Users from everywhere, management from this machine.
    private static string Port(PublishedPort port) =>
        $"{(port.IsExternal ? "" : "127.0.0.1:")}${{{VariableName.Of(port.Name)}_PORT:-{port.Number}}}:{port.Number}";

    private static YamlMap Environment(IEnumerable<(string Name, string Value)> variables) =>
        YamlMap.Of(variables.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)));

    private static string Render(PublishedValue value) => value.Render(part => part switch
    {
        PublishedValue.Text text => Escape(text.Value),
        PublishedValue.Secret secret => "${" + VariableName.Of(secret.Parameter) + ":?run ./secrets.sh first}",
        PublishedValue.Host host => host.Resource.Name,
        _ => throw new ArgumentException($"No text for {part}.", nameof(value)),
    });

    private static string Escape(string text) => text.Replace("$", "$$", StringComparison.Ordinal);

    private static string User(int id) => $"{id}:{id}";

    private static string Megabytes(string quantity) => quantity.Replace("Gi", "g", StringComparison.Ordinal).Replace("Mi", "m", StringComparison.Ordinal);
}
