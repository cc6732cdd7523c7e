using System.Text.Json.Nodes;

namespace FooBar.Drill.Stack;

/// <summary>
/// Disks of the databases that can be filled, and clocks that can be moved, without touching those of this machine: each disk is a
/// file with a file system in it, each clock what libfaketime reads from a file.
/// </summary>
internal sealed class Hardware(IReadOnlyList<string> nodes) : IAsyncDisposable
{
    private const string MySqlUser = "999", ClockFolder = "/opt/clock";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>The library that moves a program's clock; null where ./drill could not bring it.</summary>
    public static string? FakeTime { get; } =
        Path.Combine(CacheHome, "foobar", "libfaketime.so") is var library && File.Exists(library) ? library : null;

    private static string CacheHome => Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
        ? given
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    private readonly TemporaryFolder folder = new();
    private readonly Stack<string> mounted = new();

    public async Task InitializeAsync()
    {
        foreach (var node in nodes)
        {
            var (image, disk) = (At($"{node}.image"), At(node));
            await RunAsync("truncate", "--size=1G", image);
            await RunAsync("mkfs.ext4", "-q", "-m", "0", image); // nothing is kept for root, who fills it
            Directory.CreateDirectory(disk);
            await RunAsync("mount", "-o", "loop", image, disk);
            mounted.Push(disk);
            await RunAsync("install", "--directory", $"--owner={MySqlUser}", $"--group={MySqlUser}", Path.Combine(disk, "data"));
            Directory.CreateDirectory(Clock(node));
            await SetClockAsync(node, TimeSpan.Zero);
            if (FakeTime is { } library)
            {
                File.Copy(library, Path.Combine(Clock(node), "libfaketime.so"));
            }
        }
    }

    /// <summary>Adds to a file that overrides the published one.</summary>
    public void AddTo(JsonObject overrides)
    {
        var volumes = new JsonObject();
        foreach (var node in nodes)
        {
            volumes[$"{node}-data"] = new JsonObject
            {
                ["driver_opts"] = new JsonObject { ["type"] = "none", ["o"] = "bind", ["device"] = Path.Combine(At(node), "data") },
            };
            overrides["services"]![node] = new JsonObject
            {
                ["volumes"] = new JsonArray($"{Clock(node)}:{ClockFolder}:ro"),
                ["environment"] = FakeTime is null ? new JsonObject() : new JsonObject
                {
                    ["LD_PRELOAD"] = $"{ClockFolder}/libfaketime.so",
                    ["FAKETIME_TIMESTAMP_FILE"] = $"{ClockFolder}/offset",
                    ["FAKETIME_CACHE_DURATION"] = "1", // seconds after which the file is read again
                    ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
                    ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0", // a cure for older C libraries, with which waiting threads spin here
                },
            };
        }

        overrides["volumes"] = volumes;
    }

    /// <summary>Leaves not a byte free.</summary>
    public void Fill(string node)
    {
        const int last = 1 << 20;
        using var file = new FileStream(Filler(node), new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, PreallocationSize = new DriveInfo(At(node)).AvailableFreeSpace - last,
        });
        file.Position = file.Length;
        for (var size = 2 * last; size > 0;)
        {
            try
            {
                file.Write(new byte[size]);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    public void Free(string node) => File.Delete(Filler(node));

    /// <summary>Moves a node's clock away from that of this machine; it takes a second to be seen.</summary>
    public async Task SetClockAsync(string node, TimeSpan offset)
    {
        var file = Path.Combine(Clock(node), "offset");
        await File.WriteAllTextAsync($"{file}.new", $"{(offset < TimeSpan.Zero ? "-" : "+")}{Math.Abs(offset.TotalSeconds):0}\n");
        File.Move($"{file}.new", file, overwrite: true); // never half written
    }

    public async ValueTask DisposeAsync()
    {
        while (mounted.TryPop(out var disk))
        {
            await RunAsync("umount", disk);
        }

        folder.Dispose();
    }

    private string At(string name) => Path.Combine(folder.Path, name);

    private string Clock(string node) => At($"{node}.clock");

    private string Filler(string node) => Path.Combine(At(node), "filler");

    private static Task<string> RunAsync(string program, params string[] arguments) => ProgramRun.OutputOfAsync(Limit, program, arguments);
}
