using System.Text.Json;
using FooBar.Drill.Price;
using Xunit;

namespace FooBar.Tests.Unit.Drill;

public sealed class PriceTests
{
    [Theory]
    [InlineData(50, 50)]
    [InlineData(99, 99)]
    [InlineData(100, 100)]
    [InlineData(1, 1)]
    public void Percentile_OfOneToAHundred_IsThatNumber(int percent, double expected) =>
        Assert.Equal(expected, Round(2, [.. Enumerable.Range(1, 100).Reverse()]).Percentile(percent));

    [Fact]
    public void Percentile_OfFewWrites_IsOneOfThem()
    {
        Assert.Equal(7, Round(1, 7).Percentile(99));
        Assert.Equal(5, Round(1, 9, 5).Percentile(50));
        Assert.Equal(9, Round(1, 9, 5).Percentile(51));
    }

    [Fact]
    public void Figures_OfARound_ArePerSecondAndPerWrite()
    {
        var round = Round(seconds: 2, 10, 20, 30, 40);

        Assert.Equal(2, round.WritesPerSecond);
        Assert.Equal(5, round.PrimaryCpuPerWrite);
        Assert.Equal(2.5, round.ReplicaCpuPerWrite);
    }

    [Theory]
    [InlineData(new double[] { 3, 1, 2 }, 2, 1, 3)]
    [InlineData(new double[] { 4, 1, 2, 3 }, 2.5, 1, 4)]
    [InlineData(new double[] { 6 }, 6, 6, 6)]
    public void Spread_OfFigures_IsTheirMiddleAndTheirEnds(double[] figures, double median, double least, double most) =>
        Assert.Equal(new Spread(median, least, most), Spread.Of(figures));

    // A machine that is three times as slow for a while changes no ratio: the medians of each side alone would say 3.
    [Fact]
    public void Ratio_OnAMachineThatSlowsDown_ComparesNeighbours()
    {
        var comparison = new Comparison("load", 1, [(Round(1, 2), Round(1, 1)), (Round(1, 6), Round(1, 3)), (Round(1, 6), Round(1, 3)), (Round(1, 3), Round(1, 1))]);

        Assert.Equal(new Spread(2, 2, 3), comparison.Ratio(round => round.Percentile(50)));
        Assert.Equal(4.5, comparison.With(round => round.Percentile(50)).Median);
        Assert.Equal(2, comparison.Without(round => round.Percentile(50)).Median);
    }

    [Fact]
    public void Table_OfAComparison_HasARowForEachSideAndTheRatios()
    {
        var comparison = new Comparison("load", 8, [(Round(2, 10, 20), Round(1, 10, 10, 10, 10))]);

        Assert.Equal(
            """
            | load | writers | semi-sync | writes per second | latency median | latency p99 | primary's CPU per write | replica's CPU per write |
            |---|---|---|---|---|---|---|---|
            | load | 8 | with | 1 | 10.0 ms | 20.0 ms | 10.00 ms | 5.00 ms |
            | load | 8 | without | 4 | 10.0 ms | 10.0 ms | 5.00 ms | 2.50 ms |
            | load | 8 | ratio | 0.25 (0.25 to 0.25) | 1.00 (1.00 to 1.00) | 2.00 (2.00 to 2.00) | 2.00 (2.00 to 2.00) | 2.00 (2.00 to 2.00) |

            """, PriceTable.Markdown([comparison]));
    }

    [Fact]
    public void Json_OfAComparison_HasEveryRound()
    {
        var pair = (Round(2, 10, 20), Round(1, 10, 10, 10, 10));

        using var json = JsonDocument.Parse(PriceTable.AsJson([new Comparison("load", 8, [pair, pair])]));

        var rounds = json.RootElement[0].GetProperty("rounds");
        Assert.Equal(2, rounds.GetArrayLength());
        Assert.Equal(20, rounds[1].GetProperty("with").GetProperty("latencyP99Milliseconds").GetDouble());
        Assert.Equal(4, rounds[1].GetProperty("without").GetProperty("writesPerSecond").GetDouble());
    }

    // The primary took 20 ms of processor time, the replica 10.
    private static Round Round(int seconds, params int[] milliseconds) => new(
        TimeSpan.FromSeconds(seconds), [.. milliseconds.Select(latency => TimeSpan.FromMilliseconds(latency))], TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(10));
}
