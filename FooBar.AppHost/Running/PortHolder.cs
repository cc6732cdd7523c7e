using System.Globalization;

namespace FooBar.AppHost.Running;

/// <summary>Which process listens on a port, as far as Linux tells this user (proc(5), <c>/proc/net/tcp</c>).</summary>
internal static class PortHolder
{
    private const string Listening = "0A";
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <returns>For instance <c>process 4711 (nginx)</c>, or <c>another process</c> where the system does not say.</returns>
    public static string Find(int port)
    {
        try
        {
            var local = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
            var sockets = Tables.Where(File.Exists).SelectMany(table => File.ReadLines(table).Skip(1))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => fields[3] == Listening && fields[1].EndsWith(local, StringComparison.Ordinal))
                .Select(fields => $"socket:[{fields[9]}]").ToHashSet();
            var holder = Directory.Exists("/proc") && sockets.Count > 0
                ? Directory.EnumerateDirectories("/proc").FirstOrDefault(process => char.IsAsciiDigit(Path.GetFileName(process)[0]) && Holds(process, sockets))
                : null;
            return holder is null ? "another process" : $"process {Path.GetFileName(holder)} ({File.ReadAllText($"{holder}/comm").Trim()})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    // A process of another user, or one that ends at this moment, does not show its sockets.
    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles($"{process}/fd").Any(file => new FileInfo(file).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
