namespace FooBar.Drill.Price;

/// <summary>One load with semi-sync and without, in turns, so that whatever else the machine does meets both.</summary>
/// <param name="Load">What was written.</param>
/// <param name="Writers">How many wrote at a time, each one write after the other.</param>
/// <param name="Pairs">Each round with semi-sync, and the one without that followed it.</param>
public sealed record Comparison(string Load, int Writers, IReadOnlyList<(Round With, Round Without)> Pairs)
{
    public Spread With(Func<Round, double> figure) => Spread.Of(Pairs.Select(pair => figure(pair.With)));

    public Spread Without(Func<Round, double> figure) => Spread.Of(Pairs.Select(pair => figure(pair.Without)));

    /// <summary>How many times as much it is with semi-sync, each round compared with its neighbour alone.</summary>
    public Spread Ratio(Func<Round, double> figure) => Spread.Of(Pairs.Select(pair => figure(pair.With) / figure(pair.Without)));
}
