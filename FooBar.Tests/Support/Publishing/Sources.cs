namespace FooBar.Tests.Support.Publishing;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Sources
{
    public static string Root { get; } = Above(AppContext.BaseDirectory);

    public static string Of(params string[] path) => Path.Combine([Root, .. path]);

    private static string Above(string folder) =>
        File.Exists(Path.Combine(folder, "FooBar.sln"))
            ? folder
            : Above(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"FooBar.sln is in no folder above {AppContext.BaseDirectory}: run the tests inside a checkout."));
}
