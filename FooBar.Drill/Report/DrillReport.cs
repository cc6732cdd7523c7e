using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using FooBar.Drill.Faults;
using FooBar.Drill.History;
using FooBar.Drill.Trials;

namespace FooBar.Drill.Report;

/// <summary>What a drill found, for people and for programs.</summary>
/// <param name="asked">What the drill was asked for.</param>
/// <param name="trials">What was measured.</param>
/// <param name="mysql">MySQL's version.</param>
/// <param name="failure">Why it could not go on; null if it came to its end.</param>
internal sealed class DrillReport(DrillArguments asked, IReadOnlyList<Trial> trials, string mysql, string? failure = null)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static readonly (string Title, Func<IGrouping<Fault, Trial>, string> Text)[] Columns =
    [
        ("component", row => row.Key.Component),
        ("what was done", row => row.Key.What),
        ("trials", row => $"{row.Count()}"),
        ("write gap median / worst", row => $"{MedianAndWorst.Of(row.Select(trial => trial.WriteGap))}"),
        ("read gap median / worst", row => $"{MedianAndWorst.Of(row.Select(trial => trial.ReadGap))}"),
        ("longest write median / worst", row => $"{MedianAndWorst.Of(row.Select(trial => trial.LongestWrite))}"),
        ("longest read median / worst", row => $"{MedianAndWorst.Of(row.Select(trial => trial.LongestRead))}"),
        ("failed reads", row => Sum(row, Promise.NoReadFailed)),
        ("failed writes", row => Sum(row, Promise.NoWriteFailed)),
        ("acknowledged writes lost", row => Sum(row, Promise.NoWriteLost)),
        ("duplicates, inventions", row => Sum(row, Promise.NoDuplicate, Promise.NothingInvented)),
        ("copies that differ", row => Sum(row, Promise.CopiesEqual)),
        ("own reads missed", row => Sum(row, Promise.OwnWritesRead)),
        ("stale reads that said so", row => $"{row.Sum(trial => trial.SaidBehind)}"),
        ("asked again: writes, reads", row => $"{row.Sum(trial => trial.WritesAgain)}, {row.Sum(trial => trial.ReadsAgain)}"),
        ("not healed", row => Sum(row, Promise.Heals)),
        ("how it healed", How),
        ("healed in, median / worst", row => $"{MedianAndWorst.Of(row.Select(trial => trial.Healed))}"),
    ];

    private readonly int cores = Environment.ProcessorCount;
    private readonly double memory = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Math.Pow(1024, 3));

    /// <summary>The table, and above it where and how it was made.</summary>
    public string Markdown
    {
        get
        {
            var text = new StringBuilder();
            text.AppendLine(CultureInfo.InvariantCulture,
                $"{cores} cores and {memory} GiB for load and stack together, {RuntimeInformation.OSDescription}, MySQL {mysql}; seed {asked.Seed}, {asked.Trials} trials of each.");
            text.AppendLine();
            text.AppendLine(Line(Columns.Select(column => column.Title)));
            text.AppendLine(Line(Columns.Select(_ => "---")));
            foreach (var row in trials.GroupBy(trial => trial.Fault).OrderBy(row => asked.Faults.ToList().IndexOf(row.Key)))
            {
                text.AppendLine(Line(Columns.Select(column => column.Text(row))));
            }

            return text.ToString();
        }
    }

    /// <summary>What was promised and broken, and how to see it again; empty if nothing was.</summary>
    public string Broken
    {
        get
        {
            var broken = trials.Where(trial => trial.Broken.Count > 0).ToList();
            var text = new StringBuilder();
            foreach (var trial in broken)
            {
                text.AppendLine(CultureInfo.InvariantCulture,
                    $"{string.Join(", ", trial.Broken.CountBy(violation => violation.Promise).Select(pair => $"{pair.Key} ({pair.Value})"))}: ./drill --only \"{trial.Fault}\" --seed {trial.Seed}");
            }

            return (broken.Count == 0 ? "" : $"\nBROKEN PROMISES in {broken.Count} of {trials.Count} trials:\n{text}") + (failure is null ? "" : $"\nThe drill could not go on: {failure}\n");
        }
    }

    public string Json => JsonSerializer.Serialize(
        new
        {
            Cores = cores,
            MemoryGiB = memory,
            System = RuntimeInformation.OSDescription,
            MySql = mysql,
            asked.Seed,
            asked.Trials,
            Rows = trials.Select(trial => new
            {
                trial.Fault.Component,
                trial.Fault.What,
                trial.Seed,
                WriteGapSeconds = trial.WriteGap.TotalSeconds,
                ReadGapSeconds = trial.ReadGap.TotalSeconds,
                LongestWriteSeconds = trial.LongestWrite.TotalSeconds,
                LongestReadSeconds = trial.LongestRead.TotalSeconds,
                HealedInSeconds = trial.Healed.TotalSeconds,
                trial.Writes,
                trial.Reads,
                trial.WritesAgain,
                trial.ReadsAgain,
                trial.SaidBehind,
                trial.Decisions,
                Broken = trial.Broken.Select(violation => $"{violation}"),
                NotPromised = trial.Violations.Except(trial.Broken).Select(violation => $"{violation}"),
            }),
        }, Options);

    private static string Sum(IEnumerable<Trial> row, params Promise[] promises) => $"{row.Sum(trial => promises.Sum(trial.Count))}";

    // What the coordinator did in most trials.
    private static string How(IGrouping<Fault, Trial> row)
    {
        var (most, count) = row.CountBy(trial => trial.Healing).MaxBy(way => way.Value);
        return count == row.Count() ? most : $"{most} ({count} of {row.Count()})";
    }

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
