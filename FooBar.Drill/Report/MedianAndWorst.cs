using System.Globalization;

namespace FooBar.Drill.Report;

/// <summary>Times of several trials, in two numbers.</summary>
/// <param name="Median">As many are shorter as are longer; of an even number, half way between the two in the middle.</param>
/// <param name="Worst">The longest.</param>
internal sealed record MedianAndWorst(TimeSpan Median, TimeSpan Worst)
{
    public static MedianAndWorst Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return new MedianAndWorst((sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2, sorted[^1]);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Median.TotalSeconds:0.00} s / {Worst.TotalSeconds:0.00} s");
}
