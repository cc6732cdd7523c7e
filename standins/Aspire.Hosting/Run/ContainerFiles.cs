using System.Text;
using Aspire.Hosting.ApplicationModel;
using EngineFile = DockerEngine.ContainerFile;

namespace Aspire.Hosting.Run;

/// <summary>The files that WithContainerFiles puts into a container before it starts.</summary>
internal static class ContainerFiles
{
    private const UnixFileMode All = (UnixFileMode)0b110_110_110;

    public static async Task<IReadOnlyList<EngineFile>> CollectAsync(IResource resource, IServiceProvider services, CancellationToken cancellationToken)
    {
        List<EngineFile> files = [];
        foreach (var annotation in resource.Annotations.OfType<ContainerFileSystemCallbackAnnotation>())
        {
            var entries = await annotation.Callback(new ContainerFileSystemCallbackContext { Services = services, Model = resource }, cancellationToken);
            await AddAsync(annotation.DestinationPath.TrimEnd('/'), entries, annotation);
        }

        return files;

        async Task AddAsync(string folder, IEnumerable<ContainerFileSystemItem> items, ContainerFileSystemCallbackAnnotation defaults)
        {
            foreach (var item in items)
            {
                var path = $"{folder}/{item.Name}";
                switch (item)
                {
                    case ContainerDirectory directory:
                        await AddAsync(path, directory.Entries, defaults);
                        break;
                    case ContainerFileBase file:
                        files.Add(new EngineFile(path, await ContentAsync(file, path, cancellationToken),
                            item.Mode != 0 ? item.Mode : All & ~(defaults.Umask ?? UnixFileMode.GroupWrite | UnixFileMode.OtherWrite),
                            item.Owner ?? defaults.DefaultOwner ?? 0, item.Group ?? defaults.DefaultGroup ?? 0));
                        break;
                }
            }
        }
    }

    private static async Task<byte[]> ContentAsync(ContainerFileBase file, string path, CancellationToken cancellationToken)
    {
        try
        {
            return file.SourcePath is { } source ? await File.ReadAllBytesAsync(source, cancellationToken) : Encoding.UTF8.GetBytes(file.Contents ?? "");
        }
        catch (IOException e)
        {
            throw new DistributedApplicationException($"The file for {path} in the container could not be read: {e.Message}", e);
        }
    }
}
