namespace FooBar.Tests.Support.Publishing;

/// <summary>
/// A folder that is kept in the repository as it was accepted. Where a change of it is wanted, run its test once with
/// <c>ACCEPT_SNAPSHOTS=1</c> and read the difference in git.
/// </summary>
internal static class Snapshot
{
    private const string Accept = "ACCEPT_SNAPSHOTS";

    public static void Matches(string accepted, string actual)
    {
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            Replace(accepted, actual);
        }

        if (Difference(accepted, actual) is { } difference)
        {
            Assert.Fail($"{difference}\nIf that is wanted, accept it: {Accept}=1 dotnet test --filter Snapshot");
        }
    }

    /// <summary>The first file, in the order of their names, and the first line in it that differ; null when nothing does.</summary>
    public static string? Difference(string accepted, string actual)
    {
        var (before, after) = (Files(accepted), Files(actual));
        // A list of checksums differs whenever another file does: it comes last.
        foreach (var file in before.Union(after).OrderBy(file => file.StartsWith('.')).ThenBy(file => file, StringComparer.Ordinal))
        {
            if (!after.Contains(file))
            {
                return $"{file} is in {accepted} and is not written any more.";
            }

            if (!before.Contains(file))
            {
                return $"{file} is written and is not in {accepted}.";
            }

            var (old, now) = (File.ReadAllBytes(Path.Combine(accepted, file)), File.ReadAllBytes(Path.Combine(actual, file)));
            if (!old.AsSpan().SequenceEqual(now))
            {
                return $"{file} differs from the one in {accepted}{Line(System.Text.Encoding.UTF8.GetString(old), System.Text.Encoding.UTF8.GetString(now))}";
            }
        }

        return null;
    }

    // Separated by line feeds only, so that a carriage return is a difference.
    private static string Line(string old, string now)
    {
        var (before, after) = (old.Split('\n'), now.Split('\n'));
        var same = before.Zip(after).TakeWhile(lines => lines.First == lines.Second).Count();
        return $" in line {same + 1}:\n  accepted: {Shown(before, same)}\n  written:  {Shown(after, same)}";
    }

    private static string Shown(string[] lines, int index) => index < lines.Length ? lines[index].Replace("\r", "\\r", StringComparison.Ordinal) : "(the file ends before it)";

    private static HashSet<string> Files(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file))]
        : [];

    private static void Replace(string accepted, string actual)
    {
        if (Directory.Exists(accepted))
        {
            Directory.Delete(accepted, recursive: true);
        }

        foreach (var file in Files(actual))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(accepted, file))!);
            File.Copy(Path.Combine(actual, file), Path.Combine(accepted, file));
        }
    }
}
