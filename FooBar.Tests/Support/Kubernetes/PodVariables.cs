using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Support.Kubernetes;

/// <summary>The variables of a container, by the rules of the kubelet (makeEnvironmentVariables and third_party/forked/golang/expansion).</summary>
internal static partial class PodVariables
{
    /// <param name="container">The container in the pod's template.</param>
    /// <param name="fields">What fieldRef can name.</param>
    /// <param name="configuration">The ConfigMaps and Secrets.</param>
    public static Dictionary<string, string> Of(JsonNode container, IReadOnlyDictionary<string, string> fields, PodConfiguration configuration)
    {
        var variables = container.Items("envFrom")
            .SelectMany(source => source.Text("configMapRef.name") is { } map ? configuration.ConfigMap(map) : configuration.Secret(source.Text("secretRef.name")!))
            .ToDictionary();

        // What comes from envFrom is no part of this: a variable of env can use only those before it in env.
        var before = new Dictionary<string, string>();
        foreach (var variable in container.Items("env"))
        {
            before[variable.Text("name")!] = Value(variable, before, fields, configuration);
        }

        foreach (var (name, value) in before)
        {
            variables[name] = value;
        }

        return variables;
    }

    /// <summary>$(NAME) is the variable, $$ is one $, and a name that nobody has stays as it stands.</summary>
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables) =>
        Reference().Replace(text, found => found.Value == "$$" ? "$" : variables.GetValueOrDefault(found.Groups[1].Value, found.Value));

    private static string Value(JsonNode variable, Dictionary<string, string> before, IReadOnlyDictionary<string, string> fields, PodConfiguration configuration) =>
        variable.At("valueFrom") is not { } source ? Expand(variable.Text("value") ?? "", before)
        : source.Text("fieldRef.fieldPath") is { } field ? fields[field]
        : source.At("secretKeyRef") is { } secret ? configuration.Secret(secret.Text("name")!)[secret.Text("key")!]
        : source.At("configMapKeyRef") is { } map ? configuration.ConfigMap(map.Text("name")!)[map.Text("key")!]
        : throw new NotSupportedException($"{variable} in a test of pods.");

    [GeneratedRegex(@"\$\$|\$\(([^)]*)\)")]
    private static partial Regex Reference();
}
