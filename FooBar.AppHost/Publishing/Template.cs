using System.Reflection;

namespace FooBar.AppHost.Publishing;

/// <summary>A text for people or a program, with <c>{{names}}</c> in it that are filled in. Manifests are never made this way.</summary>
internal static class Template
{
    public static string Fill(string path, params IEnumerable<(string Name, string Value)> values) =>
        values.Append(("openssl.sh", Name(path) == "secrets.sh" ? Read("openssl.sh") : ""))
            .Aggregate(Read(path), (text, value) => text.Replace($"{{{{{value.Item1}}}}}", value.Item2, StringComparison.Ordinal));

    /// <summary>A list in Markdown, one line each.</summary>
    public static string List(IEnumerable<string> items) => string.Join('\n', items.Select(item => $"- `{item}`"));

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string Read(string path)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"template/{path}")!);
        return reader.ReadToEnd();
    }
}
