using System.Security.Cryptography;
using System.Text;

namespace FooBar.AppHost.Publishing;

/// <summary>
/// The folder that is published to. It is written beside and then renamed, so that nothing is ever half there; and nothing
/// is lost that somebody else put into it: a file that was edited stops the publishing, a file that was added stays.
/// </summary>
internal sealed class OutputFolder(string path)
{
    /// <summary>Lists what was written, so that the next time it is told from what was not.</summary>
    private const string Manifest = ".published";

    public void Replace(string target, IEnumerable<OutputFile> files)
    {
        var list = files.OrderBy(file => file.Path, StringComparer.Ordinal).ToList();
        var whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

        // Names that nobody gives a folder: what has them was left by a publishing that was killed.
        var (beside, former) = ($"{whole}.being-published", $"{whole}.being-replaced");
        try
        {
            PutBack(former, whole);
            var added = FilesOfOthers(target, list);
            DeleteIfThere(beside);
            DeleteIfThere(former);
            foreach (var file in list)
            {
                Write(Path.Combine(beside, file.Path), file);
            }

            foreach (var name in added)
            {
                Keep(name, whole, beside);
            }

            File.WriteAllText(Path.Combine(beside, Manifest), string.Concat([$"{target}\n", .. list.Select(file => $"{Checksum(file.Contents)} {file.Path}\n")]));
            if (Directory.Exists(whole))
            {
                Directory.Move(whole, former);
            }

            Directory.Move(beside, whole);
            DeleteIfThere(former);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            PutBack(former, whole);
            DeleteIfThere(beside);
            throw new PublishException($"{path} cannot be written ({e.Message}): name a folder where you may write.", e);
        }
    }

    private static void PutBack(string former, string whole)
    {
        if (!Path.Exists(whole) && Directory.Exists(former))
        {
            Directory.Move(former, whole);
        }
    }

    private List<string> FilesOfOthers(string target, List<OutputFile> files)
    {
        if (File.Exists(path))
        {
            throw new PublishException($"{path} is a file: name a folder.");
        }

        if (!Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any())
        {
            return [];
        }

        if (!File.Exists(Path.Combine(path, Manifest)) || File.ReadAllLines(Path.Combine(path, Manifest)) is not [var written, .. var lines] || written != target)
        {
            throw new PublishException($"{path} holds something else than what was published for {target}: name another folder, or empty this one.");
        }

        var known = lines.Select(line => line.Split(' ', 2)).Where(line => line.Length == 2).GroupBy(line => line[1]).ToDictionary(file => file.Key, file => file.Last()[0]);
        var present = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(path, file).Replace('\\', '/')).Where(file => file != Manifest).ToList();
        foreach (var file in present.Where(known.ContainsKey).Order(StringComparer.Ordinal))
        {
            if (Checksum(File.ReadAllText(Path.Combine(path, file))) != known[file])
            {
                throw new PublishException($"{Path.Combine(path, file)} was changed by hand: publish to another folder and compare, or keep the change in an overlay of your own beside the others.");
            }
        }

        var added = present.Where(file => !known.ContainsKey(file)).ToList();
        return added.Find(file => files.Exists(own => own.Path == file)) is { } clash
            ? throw new PublishException($"{Path.Combine(path, clash)} was not published and would be now: rename it, or publish to another folder.")
            : added;
    }

    private static void Write(string path, OutputFile file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, file.Contents);
        if (file.IsExecutable && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
    }

    // With the permissions that it has, and those of its folders: it may be a secret.
    private static void Keep(string name, string from, string to)
    {
        for (var end = name.IndexOf('/', StringComparison.Ordinal); end >= 0; end = name.IndexOf('/', end + 1))
        {
            var made = Directory.CreateDirectory(Path.Combine(to, name[..end]));
            if (!OperatingSystem.IsWindows())
            {
                made.UnixFileMode = File.GetUnixFileMode(Path.Combine(from, name[..end]));
            }
        }

        File.Copy(Path.Combine(from, name), Path.Combine(to, name));
    }

    private static void DeleteIfThere(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Checksum(string contents) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(contents)));
}
