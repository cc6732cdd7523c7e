using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Support.Kubernetes;

/// <summary>
/// The container engine, by its command. All that is made carries a label with the process of the tests: what a killed run has
/// left behind is removed by the next.
/// </summary>
internal sealed class PodEngine
{
    private const string OwnerLabel = "foobar.pods.owner";

    private static readonly string Owner = $"{Environment.MachineName}/{Environment.ProcessId}/{StartOf(Process.GetCurrentProcess()).ToString(CultureInfo.InvariantCulture)}";

    /// <summary>What the names of everything in the engine begin with.</summary>
    public string Prefix { get; } = $"foobar-pods-{Guid.NewGuid():N}"[..20];

    public static IReadOnlyList<string> Labels { get; } = ["--label", $"{OwnerLabel}={Owner}"];

    /// <summary>Runs the command to its end and returns what it printed.</summary>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var run = await TryAsync(TimeSpan.FromMinutes(3), arguments);
        return run.ExitCode == 0 ? run.Output.Trim() : throw new InvalidOperationException($"docker {string.Join(' ', arguments)}: {run.Errors.Trim()}");
    }

    public static Task<ProgramRun> TryAsync(TimeSpan limit, params string[] arguments) => ProgramRun.OfAsync(new ProcessStartInfo("docker", arguments), limit);

    /// <summary>Puts an archive into a container that need not run.</summary>
    public static async Task PutAsync(string container, Stream archive, CancellationToken cancellationToken)
    {
        using var copy = ProgramRun.Start(new ProcessStartInfo("docker", ["cp", "--archive", "-", $"{container}:/"]));
        await archive.CopyToAsync(copy.StandardInput.BaseStream, cancellationToken);
        copy.StandardInput.Close();
        await copy.WaitForExitAsync(cancellationToken);
        Assert.True(copy.ExitCode == 0, await copy.StandardError.ReadToEndAsync(cancellationToken));
    }

    /// <summary>Starts a container and follows what it writes until it ends.</summary>
    /// <returns>Its exit code.</returns>
    public static async Task<int> AttachAsync(string container, ConcurrentQueue<string> log)
    {
        using var attached = ProgramRun.Start(new ProcessStartInfo("docker", ["start", "--attach", container]));
        attached.StandardInput.Close();
        await Task.WhenAll(FollowAsync(attached.StandardOutput, log), FollowAsync(attached.StandardError, log));
        await attached.WaitForExitAsync();
        return attached.ExitCode;
    }

    /// <summary>Removes what belongs to nobody any more and, at the end, what is this one's own.</summary>
    public async Task RemoveAllAsync()
    {
        await RemoveAsync(["ps", "--all"], ["rm", "--force", "--volumes"], "{{.ID}} {{.Names}}");
        await RemoveAsync(["network", "ls"], ["network", "rm"], "{{.ID}} {{.Name}}");
        await RemoveAsync(["volume", "ls"], ["volume", "rm", "--force"], "{{.Name}} {{.Name}}");
    }

    private async Task RemoveAsync(string[] list, string[] remove, string format)
    {
        var all = (await RunAsync([.. list, "--filter", $"label={OwnerLabel}", "--format", $$$"""{{{format}}} {{.Label "{{{OwnerLabel}}}"}}"""])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] gone = [.. all.Select(line => line.Split(' ')).Where(row => row[1].StartsWith(Prefix, StringComparison.Ordinal) || IsGone(row[2])).Select(row => row[0])];
        if (gone.Length > 0)
        {
            await RunAsync([.. remove, .. gone]);
        }
    }

    // Ids are used again: the time of the start tells one process from the next.
    private static bool IsGone(string owner)
    {
        if (owner.Split('/') is not [var machine, var id, var start] || machine != Environment.MachineName)
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
            return Math.Abs(StartOf(process) - long.Parse(start, CultureInfo.InvariantCulture)) > 5;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    private static long StartOf(Process process) => new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();

    private static async Task FollowAsync(StreamReader reader, ConcurrentQueue<string> log)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            log.Enqueue(line);
        }
    }
}
