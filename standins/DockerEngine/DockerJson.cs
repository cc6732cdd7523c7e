using System.Text.Json;
using System.Text.Json.Nodes;

namespace DockerEngine;

internal static class DockerJson
{
    public static JsonArray ToJson(this IEnumerable<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);

    public static JsonObject ToJson(this IEnumerable<KeyValuePair<string, string>> pairs) =>
        new(pairs.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value)));

    public static HttpContent ToContent(this JsonObject body) =>
        new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");

    /// <summary>The query that lists what carries every one of the labels, each "key" or "key=value".</summary>
    public static string LabelFilter(IEnumerable<string> labels) =>
        "filters=" + Uri.EscapeDataString(JsonSerializer.Serialize(new { label = labels }));

    public static string Escape(string value) => Uri.EscapeDataString(value);
}
