namespace FooBar.Drill.Stack;

/// <summary>The sources that this program was built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "FooBar.sln"))
            ? folder
            : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"FooBar.sln is in no folder above {AppContext.BaseDirectory}: run this inside a checkout."));
}
