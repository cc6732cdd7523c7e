using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FooBar.Drill.Price;

/// <summary>The comparisons for people, and for programs.</summary>
public static class PriceTable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static readonly (string Name, Func<Round, double> Of, string Format)[] Figures =
    [
        ("writes per second", round => round.WritesPerSecond, "0"),
        ("latency median", round => round.Percentile(50), "0.0 ms"),
        ("latency p99", round => round.Percentile(99), "0.0 ms"),
        ("primary's CPU per write", round => round.PrimaryCpuPerWrite, "0.00 ms"),
        ("replica's CPU per write", round => round.ReplicaCpuPerWrite, "0.00 ms"),
    ];

    /// <summary>Medians of the rounds; ratios with their least and their greatest.</summary>
    public static string Markdown(IEnumerable<Comparison> comparisons)
    {
        var text = new StringBuilder();
        text.AppendLine($"| load | writers | semi-sync | {string.Join(" | ", Figures.Select(figure => figure.Name))} |");
        text.AppendLine($"|---|---|---|{string.Concat(Enumerable.Repeat("---|", Figures.Length))}");
        foreach (var comparison in comparisons)
        {
            Add(comparison, "with", figure => comparison.With(figure.Of).Median.ToString(figure.Format, CultureInfo.InvariantCulture));
            Add(comparison, "without", figure => comparison.Without(figure.Of).Median.ToString(figure.Format, CultureInfo.InvariantCulture));
            Add(comparison, "ratio", figure => Ratio(comparison.Ratio(figure.Of)));
        }

        return text.ToString();

        void Add(Comparison comparison, string what, Func<(string Name, Func<Round, double> Of, string Format), string> cell) =>
            text.AppendLine(CultureInfo.InvariantCulture, $"| {comparison.Load} | {comparison.Writers} | {what} | {string.Join(" | ", Figures.Select(cell))} |");
    }

    /// <summary>Every round.</summary>
    public static string AsJson(IEnumerable<Comparison> comparisons) => JsonSerializer.Serialize(
        comparisons.Select(comparison => new
        {
            comparison.Load,
            comparison.Writers,
            Rounds = comparison.Pairs.Select(pair => new { With = Plain(pair.With), Without = Plain(pair.Without) }),
        }),
        Json);

    private static string Ratio(Spread ratio) =>
        string.Create(CultureInfo.InvariantCulture, $"{ratio.Median:0.00} ({ratio.Least:0.00} to {ratio.Most:0.00})");

    private static object Plain(Round round) => new
    {
        Writes = round.Latencies.Count,
        round.WritesPerSecond,
        LatencyMedianMilliseconds = round.Percentile(50),
        LatencyP99Milliseconds = round.Percentile(99),
        PrimaryCpuPerWriteMilliseconds = round.PrimaryCpuPerWrite,
        ReplicaCpuPerWriteMilliseconds = round.ReplicaCpuPerWrite,
    };
}
