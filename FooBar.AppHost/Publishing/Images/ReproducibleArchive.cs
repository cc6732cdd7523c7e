using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FooBar.AppHost.Publishing.Images;

/// <summary>
/// Turns an image archive of the SDK into one in which the same content is the same bytes. The SDK writes the moment of the
/// build into every file of the application and into the image, its own process id into every file, and files in the order of
/// the disk; from dotnet/sdk#55689 on it can do without the first two.
/// </summary>
/// <remarks>
/// The application then belongs to root and not to the account that runs it. Its layer is not compressed, because what a
/// compressor makes of it depends on the processor. The layers of the base image stay as they are.
/// </remarks>
internal static class ReproducibleArchive
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.UserWrite;
    private const UnixFileMode Searchable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <param name="source">The SDK's archive: a tar file with <c>manifest.json</c>, as <c>docker save</c> writes it.</param>
    /// <param name="target">The new archive.</param>
    /// <param name="reference">The image's full name.</param>
    /// <param name="created">The time of everything that the build has made.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WriteAsync(string source, string target, string reference, DateTimeOffset created, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(target + "-parts").FullName;
        await TarFile.ExtractToDirectoryAsync(source, folder, overwriteFiles: false, cancellationToken);
        var manifest = (await ReadAsync(Path.Combine(folder, "manifest.json"), cancellationToken))[0]!;
        var config = await ReadAsync(Path.Combine(folder, (string)manifest["Config"]!), cancellationToken);
        var layers = manifest["Layers"]!.AsArray();
        var history = config["history"]!.AsArray();
        var diffIds = config["rootfs"]!["diff_ids"]!.AsArray();

        // The application is the layer that the SDK has put on top.
        var application = Path.Combine(folder, "application");
        await WriteApplicationAsync(Path.Combine(folder, (string)layers[^1]!), application, created, cancellationToken);
        var digest = await DigestAsync(application, cancellationToken);
        layers[^1] = $"{digest}/layer.tar";
        diffIds[^1] = $"sha256:{digest}";
        var time = created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        config["created"] = time;
        history[^1]!["created"] = time;

        var configBytes = JsonSerializer.SerializeToUtf8Bytes(config);
        var configName = $"{Convert.ToHexStringLower(SHA256.HashData(configBytes))}.json";
        manifest["Config"] = configName;
        manifest["RepoTags"] = new JsonArray(reference);

        await using var file = File.Create(target);
        await using var archive = new TarWriter(file, TarEntryFormat.Ustar);
        foreach (var layer in layers.Select(layer => (string)layer!))
        {
            await using var content = File.OpenRead(layer == (string)layers[^1]! ? application : Path.Combine(folder, layer));
            await archive.WriteEntryAsync(Entry(TarEntryType.RegularFile, layer, content, created), cancellationToken);
        }

        await archive.WriteEntryAsync(Entry(TarEntryType.RegularFile, configName, new MemoryStream(configBytes), created), cancellationToken);
        var manifestBytes = Encoding.UTF8.GetBytes(new JsonArray(manifest.DeepClone()).ToJsonString());
        await archive.WriteEntryAsync(Entry(TarEntryType.RegularFile, "manifest.json", new MemoryStream(manifestBytes), created), cancellationToken);
    }

    private static async Task WriteApplicationAsync(string source, string target, DateTimeOffset created, CancellationToken cancellationToken)
    {
        await using var packed = File.OpenRead(source);
        await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        await using var reader = new TarReader(unpacked);
        var entries = new SortedDictionary<string, TarEntry>(StringComparer.Ordinal);
        while (await reader.GetNextEntryAsync(copyData: true, cancellationToken) is { } entry)
        {
            entries.Add(entry.Name, entry);
        }

        await using var file = File.Create(target);
        await using var writer = new TarWriter(file, TarEntryFormat.Ustar);
        foreach (var (name, entry) in entries)
        {
            await writer.WriteEntryAsync(Entry(entry.EntryType, name, entry.DataStream, created), cancellationToken);
        }
    }

    private static UstarTarEntry Entry(TarEntryType type, string name, Stream? content, DateTimeOffset created)
    {
        var entry = new UstarTarEntry(type, name) { ModificationTime = created, Mode = type == TarEntryType.Directory ? Readable | Searchable : Readable };
        if (content is not null)
        {
            entry.DataStream = content;
        }

        return entry;
    }

    private static async Task<string> DigestAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    private static async Task<JsonNode> ReadAsync(string path, CancellationToken cancellationToken) =>
        JsonNode.Parse(await File.ReadAllBytesAsync(path, cancellationToken))!;
}
