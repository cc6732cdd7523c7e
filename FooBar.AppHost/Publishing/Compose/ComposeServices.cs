using FooBar.AppHost.MySqlCluster;
using FooBar.AppHost.Publishing.Kubernetes;
using FooBar.AppHost.Publishing.Model;

namespace FooBar.AppHost.Publishing.Compose;

/// <summary>The containers of a compose file.</summary>
internal sealed class ComposeServices(PublishedApplication application, PublishSettings settings)
{
    public Dictionary<string, ComposeService> All => Nodes().Concat(Replicas()).ToDictionary(service => service.Name, service => service.Container);

    private IEnumerable<(string Name, ComposeService Container)> Nodes() =>
        application.Clusters.SelectMany(cluster => cluster.Nodes.Select(node => (node.Name, Node(cluster, node))));

    private IEnumerable<(string Name, ComposeService Container)> Replicas() =>
        from service in application.Services
        from number in Enumerable.Range(1, service.Compose.Replicas)
        let name = service.Compose.Replicas == 1 ? service.Name : $"{service.Name}-{number}"
        select (name, Service(service, name));

    public static string DataVolume(PublishedNode node) => $"{node.Name}-data";

    public static string FilesFolder(PublishedFiles files) => Path.GetFileName(files.Directory);

    private ComposeService Service(PublishedService service, string name) => new()
    {
        Image = settings.ImageOf(service.Name),
        User = User(Pod.ServiceUser),
        MemLimit = Megabytes(service.Kubernetes.Memory.Most),
        Tmpfs = ["/tmp:size=64m"],
        Networks = Networks(service),
        Ports = service.IsExternal ? [.. service.Ports.Select(Port)] : null,
        Environment = Environment([
            .. service.Variables.Select(variable => (variable.Name, Render(variable.Value))),
            .. service.Compose.Variables.Select(variable => (variable.Key, Escape(variable.Value))),
            ("OTEL_SERVICE_NAME", name),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "${OTEL_EXPORTER_OTLP_ENDPOINT:-" + Escape(settings.OtlpEndpoint) + "}"),
        ]),
        Volumes = Mounts(service),
    };

    private static ComposeService Node(PublishedCluster cluster, PublishedNode node) => new()
    {
        Image = cluster.Image,
        Command = [.. node.Arguments.Select(Escape)],
        User = User(Pod.MySqlUser),
        MemLimit = Megabytes(cluster.Kubernetes.Memory.Most),
        StopGracePeriod = "2m",
        Tmpfs = ["/tmp:size=256m", $"/var/run/mysqld:size=16m,uid={Pod.MySqlUser},gid={Pod.MySqlUser}"],
        Networks = new Dictionary<string, ComposeService.NetworkUse> { [cluster.Compose.Network] = new() },
        Environment = Environment(cluster.Variables.Select(variable => (variable.Name, Render(variable.Value)))),
        Volumes =
        [
            $"{DataVolume(node)}:/var/lib/mysql",
            $"./secrets/{cluster.Name}-tls:{MySqlNodeSettings.CertificateDirectory}:ro",
            .. cluster.Files.Select(files => $"./{FilesFolder(files)}:{files.Directory}:ro"),
        ],
    };

    // In the network where it is reached, under the name of the service, and in those of whatever it connects to.
    private Dictionary<string, ComposeService.NetworkUse> Networks(PublishedService service)
    {
        var others = service.Connections.Select(connection => NetworkOf(connection.To)).Where(other => other != service.Compose.Network);
        return others.Distinct().Order(StringComparer.Ordinal).Select(other => KeyValuePair.Create(other, new ComposeService.NetworkUse()))
            .Prepend(KeyValuePair.Create(service.Compose.Network, new ComposeService.NetworkUse(Aliases: [service.Name]))).ToDictionary();
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

    private static Dictionary<string, string> Environment(IEnumerable<(string Name, string Value)> variables) =>
        variables.OrderBy(variable => variable.Name, StringComparer.Ordinal).ToDictionary(variable => variable.Name, variable => variable.Value);

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
