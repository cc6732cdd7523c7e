namespace Aspire.Hosting.ApplicationModel;

public abstract class ContainerFileSystemItem
{
    public string Name
    {
        get;
        set => field = value.Contains('/', StringComparison.Ordinal)
            ? throw new ArgumentException($"'{value}' must be a file name and not a path: nest directories.", nameof(value))
            : value;
    } = "";

    public int? Owner { get; set; }
    public int? Group { get; set; }
    public UnixFileMode Mode { get; set; }
}

public abstract class ContainerFileBase : ContainerFileSystemItem
{
    public string? Contents { get; set; }
    public string? SourcePath { get; set; }
}

public sealed class ContainerFile : ContainerFileBase;

public sealed class ContainerDirectory : ContainerFileSystemItem
{
    public IEnumerable<ContainerFileSystemItem> Entries { get; set; } = [];

    public static IEnumerable<ContainerFileSystemItem> GetFileSystemItemsFromPath(string path, string searchPattern = "*",
        SearchOption searchOptions = SearchOption.TopDirectoryOnly, Action<ContainerFileSystemItem>? updateItem = null)
    {
        var full = Path.GetFullPath(path);
        if (File.Exists(full))
        {
            return [Updated(new ContainerFile { Name = Path.GetFileName(full), SourcePath = full })];
        }

        List<ContainerFileSystemItem> items = [.. Directory.GetFiles(full, searchPattern).Order(StringComparer.Ordinal)
            .Select(f => Updated(new ContainerFile { Name = Path.GetFileName(f), SourcePath = f }))];
        if (searchOptions == SearchOption.AllDirectories)
        {
            items.AddRange(Directory.GetDirectories(full).Order(StringComparer.Ordinal).Select(d => Updated(new ContainerDirectory
            {
                Name = Path.GetFileName(d),
                Entries = GetFileSystemItemsFromPath(d, searchPattern, searchOptions, updateItem),
            })));
        }

        return items;

        ContainerFileSystemItem Updated(ContainerFileSystemItem item)
        {
            updateItem?.Invoke(item);
            return item;
        }
    }
}

public sealed class ContainerFileSystemCallbackContext
{
    public required IServiceProvider Services { get; init; }
    public required IResource Model { get; init; }
}

public sealed class ContainerFileSystemCallbackAnnotation : IResourceAnnotation
{
    public required string DestinationPath { get; init; }
    public required Func<ContainerFileSystemCallbackContext, CancellationToken, Task<IEnumerable<ContainerFileSystemItem>>> Callback { get; init; }
    public int? DefaultOwner { get; init; }
    public int? DefaultGroup { get; init; }
    public UnixFileMode? Umask { get; set; }
}
