using System.Collections.Immutable;
using System.Globalization;
using FooBar.Drill.Faults;

namespace FooBar.Drill.Trials;

/// <summary>What <c>./drill</c> is asked for.</summary>
/// <param name="Trials">How often each is taken away.</param>
/// <param name="Seed">Of the first trial; each further one has the next number.</param>
/// <param name="Output">The folder for the table, or empty.</param>
internal sealed record DrillArguments(int Trials = 1, int Seed = 1, string Output = "")
{
    public const string Usage = "Use: ./drill [--only COMPONENT | --only \"COMPONENT: WHAT\"]... [--trials NUMBER] [--seed NUMBER] [--output FOLDER], or ./drill --price [--output FOLDER]";

    /// <summary>Components, or rows of the table; empty for everything.</summary>
    public ImmutableArray<string> Only { get; init; } = [];

    public IReadOnlyList<Fault> Faults => [.. FaultCatalog.All.Where(fault => Only.IsEmpty || Only.Any(fault.IsNamed))];

    /// <exception cref="FormatException">An argument is not understood; the message says what is.</exception>
    public static DrillArguments Parse(string[] arguments)
    {
        var read = new DrillArguments();
        foreach (var pair in arguments.Chunk(2))
        {
            var value = pair.ElementAtOrDefault(1) ?? "";
            read = (pair[0], int.TryParse(value, CultureInfo.InvariantCulture, out var number)) switch
            {
                ("--only", _) when FaultCatalog.All.Any(fault => fault.IsNamed(value)) => read with { Only = read.Only.Add(value) },
                ("--trials", true) when number is > 0 and <= 1000 => read with { Trials = number },
                ("--seed", true) => read with { Seed = number },
                ("--output", _) when value.Length > 0 => read with { Output = value },
                _ => throw new FormatException(
                    $"'{string.Join(' ', pair)}' is not understood. {Usage}\nCOMPONENT is one of: {string.Join(", ", FaultCatalog.All.Select(fault => fault.Component).Distinct())}; "
                    + $"rows are:\n{string.Join('\n', FaultCatalog.All.Select(fault => $"  {fault}"))}"),
            };
        }

        return read;
    }
}
