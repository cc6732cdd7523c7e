using Aspire.Hosting.ApplicationModel;

namespace FooBar.AppHost.MySqlCluster;

/// <summary>
/// The scripts that every node gets: <c>mysqld</c>, which stands before the image's own in PATH, and beside it <c>offline</c>,
/// <c>ready</c> and <c>alive</c> for whoever stops and watches the node.
/// </summary>
internal static class MySqlNodeProgram
{
    /// <summary>Where they are in the container.</summary>
    public const string Directory = "/opt/mysql-node";

    /// <summary>The node's PATH.</summary>
    public const string SearchPath = $"{Directory}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>For everybody to read and run.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const string Prefix = "mysql-node/";

    public static IEnumerable<ContainerFile> Files()
    {
        var assembly = typeof(MySqlNodeProgram).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var script = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            yield return new ContainerFile { Name = resource[Prefix.Length..], Contents = script.ReadToEnd(), Mode = Mode };
        }
    }
}
