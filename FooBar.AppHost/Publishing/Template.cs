using System.Reflection;

namespace FooBar.AppHost.Publishing;

/// <summary>A file that people edit or run, with <c>{{names}}</c> in it that are filled in.</summary>
internal static class Template
{
    private const string Root = "template/";

    public static string Fill(string path, params IEnumerable<(string Name, string Value)> values) =>
        values.Append(("openssl.sh", Name(path) == "secrets.sh" ? Read("openssl.sh") : ""))
            .Aggregate(Read(path), (text, value) => text.Replace($"{{{{{value.Item1}}}}}", value.Item2, StringComparison.Ordinal));

    /// <summary>The paths of all templates in a folder, in order.</summary>
    public static IEnumerable<string> Under(string folder) => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Root + folder, StringComparison.Ordinal)).Select(name => name[Root.Length..]).Order(StringComparer.Ordinal);

    /// <summary>A list in Markdown, one line each.</summary>
    public static string List(IEnumerable<string> items) => string.Join('\n', items.Select(item => $"- `{item}`"));

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string Read(string path)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Root + path)!);
        return reader.ReadToEnd();
    }
}
