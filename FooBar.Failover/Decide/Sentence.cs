using System.Globalization;

namespace FooBar.Failover.Decide;

/// <summary>Words for figures in the sentences that explain decisions.</summary>
internal static class Sentence
{
    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");

    public static string List(IEnumerable<string> names) => string.Join(", ", names);
}
