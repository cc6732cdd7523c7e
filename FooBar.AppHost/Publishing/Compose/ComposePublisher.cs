using FooBar.AppHost.Publishing.Model;

namespace FooBar.AppHost.Publishing.Compose;

/// <summary>The application as a compose file: the same images and settings, on one machine.</summary>
internal static class ComposePublisher
{
    public const string Target = "compose";

    public static IReadOnlyList<OutputFile> Publish(PublishedApplication application, PublishSettings settings)
    {
        var services = new ComposeServices(application, settings);
        var file = new YamlMap
        {
            { "services", services.All },
            { "networks", Networks(application) },
            { "volumes", Volumes(application) },
        };
        var nodes = application.Clusters.SelectMany(cluster => cluster.Nodes.Select(node => $"DNS:{node.Name}"));
        return
        [
            new OutputFile("compose.yaml", YamlText.Write("Published from the AppHost: change it there. Start it with: ./secrets.sh && docker compose up --detach", file)),
            .. application.Clusters.SelectMany(cluster => cluster.Files.SelectMany(set =>
                set.Files.Select(item => new OutputFile($"{ComposeServices.FilesFolder(set)}/{item.Name}", item.Contents, IsExecutable: true)))),
            new OutputFile("NOTES.md", Template.Fill(
                "compose/NOTES.md",
                ("name", settings.Name),
                ("images", Template.List(application.Images(settings))))),
            new OutputFile("secrets.sh", Template.Fill(
                "compose/secrets.sh",
                ("name", settings.Name),
                ("variables", string.Join(' ', application.Parameters.Select(VariableName.Of))),
                ("clusters", string.Join(' ', application.Clusters.Select(cluster => cluster.Name))),
                ("node-names", string.Join(',', nodes)),
                ("certificates", string.Join(' ', application.Certificates))), IsExecutable: true),
        ];
    }

    // Only what users reach has a way out of the machine.
    private static YamlMap Networks(PublishedApplication application)
    {
        var outside = application.Services.Where(service => service.IsExternal).Select(service => service.Compose.Network).ToHashSet();
        var networks = new YamlMap();
        foreach (var name in application.Services.Select(service => service.Compose.Network)
            .Concat(application.Clusters.Select(cluster => cluster.Compose.Network)).Distinct().Order(StringComparer.Ordinal))
        {
            networks.Add(name, outside.Contains(name) ? [] : new YamlMap { { "internal", true } });
        }

        return networks;
    }

    private static YamlMap Volumes(PublishedApplication application)
    {
        var volumes = new YamlMap();
        foreach (var name in application.Services.SelectMany(service => service.Compose.Volumes.Keys)
            .Concat(application.Clusters.SelectMany(cluster => cluster.Nodes.Select(ComposeServices.DataVolume))).Order(StringComparer.Ordinal))
        {
            volumes.Add(name, new YamlMap());
        }

        return volumes;
    }
}
