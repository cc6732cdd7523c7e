using System.Globalization;
using System.Text;
using System.Text.Json;
using FooBar.Tests.Chaos.History;
using FooBar.Tests.Chaos.Price;

namespace FooBar.Tests.Chaos;

/// <summary><c>./drill</c>: takes every component and every link away under load, one at a time, and prints what it cost.</summary>
public static class Drill
{
    private const string Usage = "Use: ./drill [--only COMPONENT] [--trials NUMBER] [--seed NUMBER] [--output FOLDER], or ./drill --price [--output FOLDER]";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <returns>The exit code: 0, 1 if a promise was broken, 2 for wrong arguments.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is ["--price"] or ["--price", "--output", { Length: > 0 }])
        {
            return await SemiSyncPrice.RunAsync(arguments.ElementAtOrDefault(2));
        }

        var (only, trials, seed, output) = ("", 1, 1, "");
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            var understood = arguments[i] switch
            {
                "--only" => (only = value).Length > 0 && Fault.All.Any(fault => fault.Component == value),
                "--trials" => int.TryParse(value, CultureInfo.InvariantCulture, out trials) && trials is > 0 and <= 1000,
                "--seed" => int.TryParse(value, CultureInfo.InvariantCulture, out seed),
                "--output" => (output = value).Length > 0,
                _ => false,
            };
            if (!understood)
            {
                await Console.Error.WriteLineAsync($"'{arguments[i]} {value}' is not understood. {Usage}\nCOMPONENT is one of: {string.Join(", ", Fault.All.Select(fault => fault.Component).Distinct())}.");
                return 2;
            }
        }

        var faults = Fault.All.Where(fault => only.Length == 0 || fault.Component == only).ToList();
        var results = await TrialsAsync(faults, trials, seed);
        var table = Table(results);
        Console.WriteLine($"\n{table}");
        if (output.Length > 0)
        {
            Directory.CreateDirectory(output);
            await File.WriteAllTextAsync(Path.Combine(output, "drill.md"), table);
            await File.WriteAllTextAsync(Path.Combine(output, "drill.json"), JsonSerializer.Serialize(results.Select(Plain), Json));
        }

        return results.Any(trial => trial.Broken.Count > 0) ? 1 : 0;
    }

    private static async Task<List<Trial>> TrialsAsync(List<Fault> faults, int trials, int seed)
    {
        var results = new List<Trial>();
        await DrillStack.RunAsync(async (system, stop) =>
        {
            foreach (var (number, fault) in Enumerable.Range(0, trials).SelectMany(number => faults.Select(fault => (number, fault))))
            {
                var trial = await Trial.RunAsync(system, fault, seed + number, stop);
                results.Add(trial);
                Console.WriteLine($"{number + 1}/{trials} {fault.Component} {fault.What}: write gap {Seconds(trial.WriteGap)}, read gap {Seconds(trial.ReadGap)}, healed in {Seconds(trial.Healed)}, "
                    + $"{trial.Writes} writes, {trial.Reads} reads, {trial.WritesAgain} writes and {trial.ReadsAgain} reads asked again, {(trial.Broken.Count == 0 ? "no promise broken" : $"{trial.Broken.Count} BROKEN PROMISES")} (seed {seed + number})");
                foreach (var violation in trial.Violations.Take(5))
                {
                    Console.WriteLine($"    {violation.Promise}: {violation.What}");
                }
            }
        });
        return results;
    }

    private static string Table(List<Trial> results)
    {
        var text = new StringBuilder();
        text.AppendLine("| component | what was done | trials | write gap median / worst | read gap median / worst | failed reads | failed writes | acknowledged writes lost | duplicates | own reads missed | healed in, worst |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var same in results.GroupBy(trial => (trial.Fault.Component, trial.Fault.What)))
        {
            int Sum(Promise promise) => same.Sum(trial => trial.Count(promise));
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {same.Key.Component} | {same.Key.What} | {same.Count()} | {Spread(same.Select(trial => trial.WriteGap))} | {Spread(same.Select(trial => trial.ReadGap))} | {Sum(Promise.NoReadFailed)} | {Sum(Promise.NoWriteFailed)} | {Sum(Promise.NoWriteLost)} | {Sum(Promise.NoDuplicate) + Sum(Promise.NothingInvented)} | {Sum(Promise.OwnWritesRead)} | {Seconds(same.Max(trial => trial.Healed))} |");
        }

        return text.ToString();
    }

    private static object Plain(Trial trial) => new
    {
        trial.Fault.Component,
        trial.Fault.What,
        WriteGapSeconds = trial.WriteGap.TotalSeconds,
        ReadGapSeconds = trial.ReadGap.TotalSeconds,
        HealedInSeconds = trial.Healed.TotalSeconds,
        trial.Writes,
        trial.WritesAgain,
        trial.ReadsAgain,
        trial.SaidBehind,
        Violations = trial.Violations.Select(violation => $"{violation.Promise}: {violation.What}"),
    };

    private static string Spread(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return $"{Seconds(sorted[sorted.Count / 2])} / {Seconds(sorted[^1])}";
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");
}
