using System.Text;
using k8s.Models;

namespace FooBar.Failover.Journal;

/// <summary>The journal as one value of a ConfigMap, short enough to stay one.</summary>
internal static class ConfigMapText
{
    public const string Key = "journal";

    /// <summary>How many lines are kept. The last one is the state, the others are history.</summary>
    public const int Lines = 500;

    /// <summary>A ConfigMap must stay below 1 MiB; other keys may want some of that, and a line may hold a long error message.</summary>
    private const int Bytes = 512 * 1024;

    public static string Of(V1ConfigMap configMap) => configMap.Data?.TryGetValue(Key, out var text) == true ? text : "";

    /// <summary>The same object, its version and everything that belongs to others, with another journal.</summary>
    public static V1ConfigMap With(V1ConfigMap configMap, string text) => configMap with
    {
        Data = new Dictionary<string, string>(configMap.Data ?? new Dictionary<string, string>()) { [Key] = text },
    };

    public static string Append(string text, string line)
    {
        var lines = (text + line).Split('\n')[..^1];
        var first = lines.Length - 1;
        var size = Size(lines[first]);
        while (first > 0 && lines.Length - first < Lines && (size += Size(lines[first - 1])) <= Bytes)
        {
            first--;
        }

        return string.Concat(lines[first..].Select(kept => kept + '\n'));
    }

    private static int Size(string line) => Encoding.UTF8.GetByteCount(line) + 1;
}
