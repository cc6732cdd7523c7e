using FooBar.AppHost.Publishing.Model;
using YamlDotNet.Serialization.NamingConventions;

namespace FooBar.AppHost.Publishing.Compose;

/// <summary>The application as a compose file: the same images and settings, on one machine.</summary>
internal static class ComposePublisher
{
    public const string Target = "compose";

    public static IReadOnlyList<OutputFile> Publish(PublishedApplication application, PublishSettings settings)
    {
        var file = new ComposeFile(new ComposeServices(application, settings).All, Networks(application), Volumes(application));
        var nodes = application.Clusters.SelectMany(cluster => cluster.Nodes.Select(node => $"DNS:{node.Name}"));
        return
        [
            new OutputFile("compose.yaml", YamlFile.Of(
                "Published from the AppHost: change it there. Start it with: ./secrets.sh && docker compose up --detach", file, UnderscoredNamingConvention.Instance)),
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
    private static Dictionary<string, ComposeFile.Network> Networks(PublishedApplication application)
    {
        var outside = application.Services.Where(service => service.IsExternal).Select(service => service.Compose.Network).ToHashSet();
        return application.Services.Select(service => service.Compose.Network).Concat(application.Clusters.Select(cluster => cluster.Compose.Network))
            .Distinct().Order(StringComparer.Ordinal).ToDictionary(name => name, name => new ComposeFile.Network(Internal: outside.Contains(name) ? null : true));
    }

    private static Dictionary<string, ComposeFile.Volume> Volumes(PublishedApplication application) => application.Services
        .SelectMany(service => service.Compose.Volumes.Keys).Concat(application.Clusters.SelectMany(cluster => cluster.Nodes.Select(ComposeServices.DataVolume)))
        .Order(StringComparer.Ordinal).ToDictionary(name => name, _ => new ComposeFile.Volume());
}
