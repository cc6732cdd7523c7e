using System.Globalization;

namespace Aspire.Hosting.Run;

/// <summary>Who listens on a port, as far as Linux tells this user.</summary>
internal static class PortHolder
{
    private const string Listening = "0A";
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    public static string? Find(int port)
    {
        try
        {
            var inodes = Tables.Where(File.Exists).SelectMany(f => File.ReadLines(f).Skip(1))
                .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(f => f[3] == Listening && f[1].EndsWith(port.ToString("X4", CultureInfo.InvariantCulture), StringComparison.Ordinal))
                .Select(f => $"socket:[{f[9]}]").ToHashSet();
            var folder = inodes.Count == 0 ? null : Directory.EnumerateDirectories("/proc")
                .FirstOrDefault(p => char.IsAsciiDigit(Path.GetFileName(p)[0]) && Holds(p, inodes));
            return folder is null ? null : $"process {Path.GetFileName(folder)} ({File.ReadAllText(folder + "/comm").Trim()})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool Holds(string processFolder, HashSet<string> inodes)
    {
        try
        {
            return Directory.EnumerateFiles(processFolder + "/fd").Any(f => new FileInfo(f).LinkTarget is { } target && inodes.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
