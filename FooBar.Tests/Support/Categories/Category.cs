namespace FooBar.Tests.Support.Categories;

/// <summary>What kind of test a class holds: <c>dotnet test --filter Category=Unit</c>.</summary>
internal static class Category
{
    public const string Trait = "Category";

    public static readonly IReadOnlyList<string> All = ["Unit", "Integration", "EndToEnd", "Chaos"];

    /// <summary>The folder of the project that the class lies in.</summary>
    /// <exception cref="InvalidOperationException">The class lies in none of the four.</exception>
    public static string Of(Type testClass) =>
        All.FirstOrDefault(category => $"{testClass.Namespace}.".StartsWith($"FooBar.Tests.{category}.", StringComparison.Ordinal))
        ?? throw new InvalidOperationException($"{testClass} has no category: move it to one of the folders {string.Join(", ", All)}.");
}
