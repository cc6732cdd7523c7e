using System.Globalization;

namespace Aspire.Hosting.Run;

/// <summary>
/// Names the process that owns containers, networks and processes, so that a later AppHost can tell what a killed one left behind.
/// A process id alone would not do: ids are used again, and machines start again.
/// </summary>
internal static class Owner
{
    public const string Label = "aspire-standin.owner";

    private static readonly string Boot = $"{Environment.MachineName} {ReadLine("/proc/sys/kernel/random/boot_id")}";
    private static readonly string Namespace = File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name ?? "";

    public static string Current { get; } = $"{Boot} {Namespace} {Environment.ProcessId} {StartOf(Environment.ProcessId)}";

    /// <summary>True only when the owner surely lives no more; one on another machine or in another process namespace may.</summary>
    public static bool IsGone(string owner) => owner.Split(' ') is [var machine, var boot, var space, var id, var start]
        && machine == Environment.MachineName
        && (boot != Boot.Split(' ')[1]
            || (space == Namespace && int.TryParse(id, CultureInfo.InvariantCulture, out var pid) && StartOf(pid) != start));

    // Field 22 of stat, counted after the name, which is in parentheses and may hold anything.
    private static string StartOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return "none";
        }
    }

    private static string ReadLine(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "";
}
