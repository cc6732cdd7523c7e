using System.Collections;

namespace FooBar.AppHost.Publishing;

/// <summary>
/// A mapping that is written in the order in which it was made. An entry whose value is null is left out; one may carry a
/// comment for the person who will edit it.
/// </summary>
internal sealed class YamlMap : IEnumerable<YamlMap.Entry>
{
    private readonly List<Entry> entries = [];

    public sealed record Entry(string Key, object Value, string? Comment);

    public int Count => entries.Count;

    public void Add(string key, object? value) => Add(key, value, comment: null);

    public void Add(string key, object? value, string? comment)
    {
        if (value is not null)
        {
            entries.Add(new Entry(key, value, comment));
        }
    }

    /// <summary>Each pair of a dictionary as an entry, in the order of the keys.</summary>
    public static YamlMap Of(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var map = new YamlMap();
        foreach (var (key, value) in pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            map.Add(key, value);
        }

        return map;
    }

    public IEnumerator<Entry> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
