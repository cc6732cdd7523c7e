using System.Globalization;

namespace FooBar.Failover.Decide;

/// <summary>Words for figures in the sentences that explain decisions.</summary>
internal static class Sentence
{
    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");

    /// <summary>"mysql-2", "one of mysql-2, mysql-3".</summary>
    public static string OneOf(IReadOnlyCollection<string> names) => names.Count > 1 ? $"one of {List(names)}" : List(names);

    public static string List(IEnumerable<string> names) => string.Join(", ", names);
}
