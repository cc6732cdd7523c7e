using System.Diagnostics;

namespace FooBar.Tests.Support.Publishing;

/// <summary>The sources that the tests were built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Copies them, as they are, with what git knows of them and without anything that a build has made.</summary>
    public static async Task CopyAsync(string target)
    {
        var listed = await ProgramRun.OfAsync(
            new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]) { WorkingDirectory = Root }, TimeSpan.FromMinutes(1));
        Assert.True(listed.ExitCode == 0, listed.Errors);
        var git = Path.Combine(Root, ".git");
        var known = Directory.Exists(git) ? Directory.EnumerateFiles(git, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Root, file)) : [".git"];
        foreach (var file in listed.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Concat(known).Where(file => File.Exists(Path.Combine(Root, file))))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(target, file))!);
            File.Copy(Path.Combine(Root, file), Path.Combine(target, file));
        }
    }

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "FooBar.sln"))
            ? folder
            : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"FooBar.sln is in no folder above {AppContext.BaseDirectory}: run the tests inside a checkout."));
}
