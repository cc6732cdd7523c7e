using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Support.Kubernetes;

/// <summary>
/// Volumes as the kubelet hands them to a pod: files of Secrets and ConfigMaps behind <c>..data</c>, with the group of fsGroup;
/// memory for emptyDir; claims that outlive their pods.
/// </summary>
internal sealed class PodVolumes(PodEngine engine, PodConfiguration configuration, string image, IReadOnlyDictionary<string, string> serviceAccount)
{
    /// <summary>Where a pod finds the token of its service account.</summary>
    public const string TokenDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

    private const UnixFileMode EveryDirectory = (UnixFileMode)0b111_111_101; // 0775
    private const UnixFileMode ReadableByGroup = UnixFileMode.UserRead | UnixFileMode.GroupRead;

    /// <summary>The engine's volume for a volume of a pod; made if it is not there.</summary>
    public async Task<string> CreateAsync(string pod, JsonNode volume, int group, CancellationToken cancellationToken)
    {
        var name = $"{engine.Prefix}-{pod}-{volume.Text("name")}";
        if (volume.At("emptyDir") is { } directory)
        {
            return await PodEngine.RunAsync(
            [
                "volume", "create", .. PodEngine.Labels, "--driver", "local", "--opt", "type=tmpfs", "--opt", "device=tmpfs",
                "--opt", $"o=size={Bytes(directory.Text("sizeLimit") ?? "64Mi")},mode=2777,gid={group}", name,
            ]);
        }

        var (files, mode) = volume switch
        {
            _ when volume.At("secret") is { } secret => (configuration.Secret(secret.Text("secretName")!), secret.Number("defaultMode") ?? 0x1A4),
            _ when volume.At("configMap") is { } map => (configuration.ConfigMap(map.Text("name")!), map.Number("defaultMode") ?? 0x1A4),
            _ => throw new NotSupportedException($"{volume} in a test of pods."),
        };
        await FillAsync(name, Projected(files, (UnixFileMode)mode | ReadableByGroup, group), cancellationToken);
        return name;
    }

    /// <summary>What the kubelet projects into every pod whose service account's token is mounted.</summary>
    public async Task<string> CreateTokenAsync(string pod, int group, CancellationToken cancellationToken)
    {
        var name = $"{engine.Prefix}-{pod}-token";
        await FillAsync(name, Projected(serviceAccount, UnixFileMode.UserRead | UnixFileMode.UserWrite | ReadableByGroup, group), cancellationToken);
        return name;
    }

    /// <summary>The folder of a claim's volume; empty, and writable for the group, when it is new.</summary>
    /// <returns>Where it is on the engine's machine.</returns>
    public async Task<string> ClaimAsync(string claim, string subPath, int group, CancellationToken cancellationToken)
    {
        var name = $"{engine.Prefix}-{claim}";
        if ((await PodEngine.RunAsync("volume", "ls", "--quiet", "--filter", $"name=^{name}$")).Length == 0)
        {
            await FillAsync(name, [Entry(TarEntryType.Directory, ".", EveryDirectory | UnixFileMode.SetGroup, group), Entry(TarEntryType.Directory, subPath, EveryDirectory, group)], cancellationToken);
        }

        return Path.Combine(await PodEngine.RunAsync("volume", "inspect", "--format", "{{.Mountpoint}}", name), subPath);
    }

    public Task RemoveClaimAsync(string claim) => PodEngine.RunAsync("volume", "rm", $"{engine.Prefix}-{claim}");

    public static long Bytes(string quantity) => quantity switch
    {
        [.. var number, 'M', 'i'] => long.Parse(number, CultureInfo.InvariantCulture) << 20,
        [.. var number, 'G', 'i'] => long.Parse(number, CultureInfo.InvariantCulture) << 30,
        _ => throw new NotSupportedException($"The quantity {quantity} in a test of pods."),
    };

    // The kubelet replaces all files at once by turning ..data to another folder; so each of them is a link through it.
    private static List<TarEntry> Projected(IReadOnlyDictionary<string, string> files, UnixFileMode mode, int group)
    {
        const string version = "..2026_01_01_00_00_00.1234567890";
        return
        [
            Entry(TarEntryType.Directory, ".", EveryDirectory | UnixFileMode.SetGroup | UnixFileMode.StickyBit | UnixFileMode.OtherWrite, group),
            Entry(TarEntryType.Directory, version, EveryDirectory | UnixFileMode.SetGroup, group),
            Link("..data", version),
            .. files.Select(file => Entry(TarEntryType.RegularFile, $"{version}/{file.Key}", mode, group, file.Value)),
            .. files.Select(file => Link(file.Key, $"..data/{file.Key}")),
        ];
    }

    private async Task FillAsync(string volume, IEnumerable<TarEntry> entries, CancellationToken cancellationToken)
    {
        using var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                await tar.WriteEntryAsync(entry, cancellationToken);
            }
        }

        archive.Position = 0;
        await PodEngine.RunAsync(["volume", "create", .. PodEngine.Labels, volume]);
        var holder = await PodEngine.RunAsync(["create", .. PodEngine.Labels, "--volume", $"{volume}:/volume", image, "true"]);
        await PodEngine.PutAsync(holder, archive, cancellationToken);
        await PodEngine.RunAsync("rm", holder);
    }

    private static PaxTarEntry Entry(TarEntryType type, string path, UnixFileMode mode, int group, string? content = null)
    {
        var entry = new PaxTarEntry(type, $"volume/{path}") { Mode = mode, Gid = group };
        if (content is not null)
        {
            entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        }

        return entry;
    }

    private static PaxTarEntry Link(string path, string target) => new(TarEntryType.SymbolicLink, $"volume/{path}") { LinkName = target };
}
