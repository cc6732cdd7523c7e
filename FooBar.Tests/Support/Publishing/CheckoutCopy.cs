using System.Diagnostics;

namespace FooBar.Tests.Support.Publishing;

/// <summary>Another checkout of the sources that the tests were built from.</summary>
internal static class CheckoutCopy
{
    /// <summary>Copies the sources as they are, with what git knows of them and without anything that a build has made.</summary>
    public static async Task MakeAsync(string target)
    {
        var listed = await ProgramRun.OfAsync(
            new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]) { WorkingDirectory = Checkout.Root }, TimeSpan.FromMinutes(1));
        Assert.True(listed.ExitCode == 0, listed.Errors);
        var git = Path.Combine(Checkout.Root, ".git");
        var known = Directory.Exists(git) ? Directory.EnumerateFiles(git, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Checkout.Root, file)) : [".git"];
        foreach (var file in listed.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Concat(known).Where(file => File.Exists(Path.Combine(Checkout.Root, file))))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(target, file))!);
            File.Copy(Path.Combine(Checkout.Root, file), Path.Combine(target, file));
        }
    }
}
