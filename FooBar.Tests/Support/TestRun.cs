using System.Diagnostics;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using Testcontainers.MySql;

namespace FooBar.Tests.Support;

/// <summary>
/// This run of the tests, as the owner of containers, networks and volumes. What a killed run left behind is removed by the next one.
/// Testcontainers' own way (Ryuk) needs an image from a registry, which not every machine reaches.
/// </summary>
internal static class TestRun
{
    /// <summary>The label by which a container, a network or a volume names its run.</summary>
    public const string LabelName = "foobar.tests.run";

    private const string OldestApi = "1.44"; // the version that Testcontainers asks for
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly string Folder = Path.Combine(Path.GetTempPath(), "foobar-tests");

    // Open until the process ends, however it ends: another run can open the file only then.
    private static readonly FileStream Claim;

    static TestRun()
    {
        Directory.CreateDirectory(Folder);
        Claim = new FileStream(Path.Combine(Folder, Id), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Claim.Dispose();
        foreach (var claim in Directory.EnumerateFiles(Folder).Where(file => file != Claim.Name && IsAbandoned(file)))
        {
            Remove(Path.GetFileName(claim));
            File.Delete(claim);
        }

        if (Docker("version", "--format", "{{.Server.APIVersion}}") is [var version] && Version.TryParse(version, out var api) && api < Version.Parse(OldestApi)
            && Environment.GetEnvironmentVariable("DOCKER_API_VERSION") is null)
        {
            Environment.SetEnvironmentVariable("DOCKER_API_VERSION", version);
        }

        // The first use of these settings reads the environment.
        TestcontainersSettings.ResourceReaperEnabled = false;
    }

    /// <summary>The value of the label for everything that this run makes.</summary>
    public static string Id { get; } = $"{Guid.NewGuid():N}";

    /// <summary>A MySQL server of the version that FooBar runs on.</summary>
    public static MySqlBuilder MySql() => new MySqlBuilder("mysql:9.7").WithUsername("root").WithLabel(LabelName, Id);

    public static NetworkBuilder Network() => new NetworkBuilder().WithLabel(LabelName, Id);

    /// <summary>Removes everything that a run has made.</summary>
    internal static void Remove(string run)
    {
        foreach (var (list, remove) in new[]
        {
            (new[] { "ps", "--all", "--quiet" }, new[] { "rm", "--force", "--volumes" }),
            (["network", "ls", "--quiet"], ["network", "rm"]),
            (["volume", "ls", "--quiet"], ["volume", "rm", "--force"]),
        })
        {
            if (Docker([.. list, "--filter", $"label={LabelName}={run}"]) is { Count: > 0 } left)
            {
                Docker([.. remove, .. left]);
            }
        }
    }

    private static bool IsAbandoned(string claim)
    {
        try
        {
            using var _ = new FileStream(claim, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // A machine without an engine gets nothing here; the test that needs it says so.
    private static List<string> Docker(params IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("docker", arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
        process!.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEndAsync();
        if (process.WaitForExit(Limit) && output.Wait(Limit))
        {
            return [.. output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        }

        process.Kill();
        return [];
    }
}
