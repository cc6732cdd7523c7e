namespace DockerEngine;

/// <summary>
/// Names the process that owns containers, networks or other processes, so that a later one can tell what a killed one left
/// behind. A process id alone would not do: ids are used again, machines start again, and containers have ids of their own.
/// </summary>
public static class Owner
{
    private static readonly string Machine = $"{Environment.MachineName}/{Read("/proc/sys/kernel/random/boot_id")}";
    private static readonly string Namespace = File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name ?? "";

    /// <summary>This process.</summary>
    public static string Current { get; } = $"{Machine}/{Namespace}/{Environment.ProcessId}/{StartOf($"{Environment.ProcessId}")}";

    /// <summary>True only when the owner surely lives no more; one on another machine or in another process namespace may.</summary>
    public static bool IsGone(string owner) => owner.Split('/') is [var machine, var boot, var space, var id, var start]
        && machine == Environment.MachineName
        && ($"{machine}/{boot}" != Machine || (space == Namespace && StartOf(id) != start));

    // Field 22 of stat, counted after the name, which is in parentheses and may hold anything.
    private static string StartOf(string pid)
    {
        var stat = Read($"/proc/{pid}/stat");
        return stat.Length > 0 ? stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19] : "";
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (IOException)
        {
            // Not there: another system than Linux, or a process that has ended.
            return "";
        }
    }
}
