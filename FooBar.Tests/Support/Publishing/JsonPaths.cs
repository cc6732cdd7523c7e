using System.Text.Json.Nodes;

namespace FooBar.Tests.Support.Publishing;

/// <summary>The fields of an object by their path, as <c>kubectl explain</c> writes it.</summary>
internal static class JsonPaths
{
    public static JsonNode? At(this JsonNode? node, string path) => path.Split('.').Aggregate(node, (parent, name) => (parent as JsonObject)?[name]);

    public static string? Text(this JsonNode? node, string path) => node.At(path) is JsonValue value ? value.ToString() : null;

    public static int? Number(this JsonNode? node, string path) => node.At(path) is JsonValue value && value.TryGetValue<long>(out var number) ? (int)number : null;

    public static bool? Flag(this JsonNode? node, string path) => node.At(path) is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    /// <summary>The objects of a list; none where there is no list.</summary>
    public static IEnumerable<JsonObject> Items(this JsonNode? node, string path) => (node.At(path) as JsonArray ?? []).OfType<JsonObject>();

    public static IReadOnlyList<string> Texts(this JsonNode? node, string path) => [.. (node.At(path) as JsonArray ?? []).Select(item => item!.ToString())];

    public static IReadOnlyDictionary<string, string> Pairs(this JsonNode? node, string path) =>
        (node.At(path) as JsonObject ?? []).ToDictionary(pair => pair.Key, pair => pair.Value!.ToString());
}
