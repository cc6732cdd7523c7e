using System.Text.Json.Nodes;

namespace FooBar.Tests.Support.Publishing;

/// <summary>A selector of labels, as Kubernetes reads it: none selects nothing, an empty one everything.</summary>
internal static class LabelSelector
{
    public static bool Matches(JsonNode? selector, IReadOnlyDictionary<string, string> labels) => selector is not null
        && MatchesPairs(selector.Pairs("matchLabels"), labels)
        && selector.Items("matchExpressions").All(expression => Matches(expression, labels));

    /// <summary>The older form, of Services, which is only pairs.</summary>
    public static bool MatchesPairs(IReadOnlyDictionary<string, string> pairs, IReadOnlyDictionary<string, string> labels) =>
        pairs.All(pair => labels.GetValueOrDefault(pair.Key) == pair.Value);

    private static bool Matches(JsonObject expression, IReadOnlyDictionary<string, string> labels)
    {
        var (has, values) = (labels.TryGetValue(expression.Text("key")!, out var value), expression.Texts("values"));
        return expression.Text("operator") switch
        {
            "In" => has && values.Contains(value!),
            "NotIn" => !has || !values.Contains(value!),
            "Exists" => has,
            "DoesNotExist" => !has,
            var other => throw new InvalidOperationException($"The operator {other} is not known."),
        };
    }
}
