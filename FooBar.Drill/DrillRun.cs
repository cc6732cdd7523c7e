using System.Diagnostics;
using System.Globalization;
using FooBar.Drill.Price;
using FooBar.Drill.Report;
using FooBar.Drill.Stack;
using FooBar.Drill.Trials;

namespace FooBar.Drill;

/// <summary><c>./drill</c>: takes every component and every link away under load, one at a time, and prints what it cost.</summary>
public static class DrillRun
{
    private static readonly TimeSpan Preparing = TimeSpan.FromMinutes(1);

    /// <returns>The exit code: 0, 1 if a promise was broken, 2 for wrong arguments.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is ["--price"] or ["--price", "--output", { Length: > 0 }])
        {
            return await SemiSyncPrice.RunAsync(arguments.ElementAtOrDefault(2));
        }

        DrillArguments asked;
        try
        {
            asked = DrillArguments.Parse(arguments);
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }

        var stacks = asked.Faults.Select(fault => fault.NeedsHardware).Distinct().Count();
        var expected = stacks * Preparing + asked.Trials * asked.Faults.Aggregate(TimeSpan.Zero, (sum, fault) => sum + Trial.Expected(fault));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{asked.Faults.Count} faults, {asked.Trials} times each, seed {asked.Seed}: about {Math.Ceiling(expected.TotalMinutes)} minutes."));
        var report = await TrialsAsync(asked);
        Console.WriteLine($"\n{report.Markdown}{report.Broken}");
        if (asked.Output.Length > 0)
        {
            Directory.CreateDirectory(asked.Output);
            await File.WriteAllTextAsync(Path.Combine(asked.Output, "drill.md"), report.Markdown);
            await File.WriteAllTextAsync(Path.Combine(asked.Output, "drill.json"), report.Json);
        }

        return report.Broken.Length > 0 ? 1 : 0;
    }

    private static async Task<DrillReport> TrialsAsync(DrillArguments asked)
    {
        var (trials, mysql, began) = (new List<Trial>(), "", Stopwatch.StartNew());
        foreach (var faults in asked.Faults.GroupBy(fault => fault.NeedsHardware))
        {
            try
            {
                var ended = await DrillStack.RunAsync(
                    async (system, stop) =>
                    {
                        mysql = await system.MySqlVersionAsync();
                        await Trial.WarmUpAsync(system, stop);
                        foreach (var (number, fault) in Enumerable.Range(0, asked.Trials).SelectMany(number => faults.Select(fault => (number, fault))))
                        {
                            var since = TimeProvider.System.GetUtcNow();
                            try
                            {
                                trials.Add(await Trial.RunAsync(system, fault, asked.Seed + number, stop));
                            }
                            catch (Exception) when (!stop.IsCancellationRequested)
                            {
                                await SaveLogsAsync(asked, $"failed-{trials.Count + 1}", system, since);
                                throw;
                            }

                            var left = began.Elapsed / trials.Count * (asked.Trials * asked.Faults.Count - trials.Count);
                            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number + 1}/{asked.Trials} {trials[^1]} ({left.TotalMinutes:0} min left)"));
                            if (trials[^1].Broken.Count > 0)
                            {
                                await SaveLogsAsync(asked, $"broken-{trials.Count}", system, since);
                            }
                        }
                    },
                    hardware: faults.Key);
                if (!ended)
                {
                    break;
                }
            }
#pragma warning disable CA1031 // whatever it was, what was measured until then is not lost
            catch (Exception e)
#pragma warning restore CA1031
            {
                return new DrillReport(asked, trials, mysql, $"{e.GetType().Name}: {e.Message}");
            }
        }

        return new DrillReport(asked, trials, mysql);
    }

    private static async Task SaveLogsAsync(DrillArguments asked, string name, ChaosSystem system, DateTimeOffset since)
    {
        if (asked.Output.Length > 0)
        {
            Directory.CreateDirectory(asked.Output);
            await File.WriteAllTextAsync(Path.Combine(asked.Output, $"{name}.log"), await system.LogsAsync(since));
        }
    }
}
