namespace FooBar.AppHost.Publishing.Model;

/// <summary>What a variable is called that stands for something which has a name in the application model.</summary>
internal static class VariableName
{
    public static string Of(string name) => name.Replace('-', '_').ToUpperInvariant();
}
