namespace FooBar.Tests.Support.Publishing;

/// <summary>What ./test and ./drill bring to a machine that lacks it (containers/prepare.sh), so that <c>dotnet test</c> finds it too.</summary>
/// <remarks>Each is looked for only when it is used: ./drill needs few of them and does not bring the others.</remarks>
internal static class PreparedTools
{
    private static readonly string Cache = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given ? given : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "foobar");

    /// <summary>kubectl with a Kustomize of this decade: the one in the cache, which is there only where the machine's own is too old.</summary>
    public static string Kubectl => File.Exists(Path.Combine(Cache, "kubectl")) ? Path.Combine(Cache, "kubectl") : Find("kubectl");

    /// <summary>The base of the services' images, where no registry gives one; null where none was made.</summary>
    public static string? BaseImage => File.Exists(Path.Combine(Cache, "base-image", "index.json")) ? $"oci:{Path.Combine(Cache, "base-image")}" : null;

    private static string Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"The tests of what is published need {program}: install it, or run ./test, which does.");
}
