using System.Diagnostics;
using System.Globalization;
using FooBar.Drill.Faults;
using FooBar.Drill.History;
using FooBar.Drill.Load;
using FooBar.Drill.Stack;

namespace FooBar.Drill.Trials;

/// <summary>One fault under load, from a whole cluster to a whole cluster, and what it cost.</summary>
/// <param name="Fault">What was taken away.</param>
/// <param name="Seed">Of the load and of the moments.</param>
/// <param name="WriteGap">The longest time without an acknowledged write.</param>
/// <param name="ReadGap">The longest time without an answered read, of those who only read.</param>
/// <param name="LongestWrite">The longest that an acknowledged write took, from asking to its answer, whoever waited for it.</param>
/// <param name="LongestRead">The same of an answered read, of users as of those who only read.</param>
/// <param name="Healed">From giving back until everything was in sync.</param>
/// <param name="Writes">How many writes were acknowledged.</param>
/// <param name="Reads">How many reads were answered.</param>
/// <param name="WritesAgain">How many times a write without an answer was asked again.</param>
/// <param name="ReadsAgain">How many times a read was asked again because its connection broke.</param>
/// <param name="SaidBehind">How many reads were answered from a copy that may lack the reader's own writes, and said so.</param>
/// <param name="Decisions">What the coordinator decided meanwhile, each as kind and reason.</param>
/// <param name="Violations">What the history breaks, promised or not.</param>
public sealed record Trial(
    Fault Fault, int Seed, TimeSpan WriteGap, TimeSpan ReadGap, TimeSpan LongestWrite, TimeSpan LongestRead, TimeSpan Healed, int Writes, int Reads, int WritesAgain, int ReadsAgain, int SaidBehind,
    IReadOnlyList<string> Decisions, IReadOnlyList<Violation> Violations)
{
    private static readonly TimeSpan After = TimeSpan.FromSeconds(0.5), HealsWithin = TimeSpan.FromMinutes(3);

    /// <summary>Promises that were broken.</summary>
    public IReadOnlyList<Violation> Broken { get; } = [.. Violations.Where(violation => Fault.Promises.Contains(violation.Promise))];

    /// <summary>What the coordinator did, in a few words.</summary>
    public string Healing => Decisions.Select(decision => decision.Split(':')[0]).Where(kind => kind is not ("Steady" or "Hold")) is var kinds && kinds.Any()
        ? string.Join(", ", kinds.Where((kind, index) => index == 0 || kind != kinds.ElementAt(index - 1)))
        : "by itself";

    /// <summary>How long a trial takes, roughly.</summary>
    public static TimeSpan Expected(Fault fault) => fault.Before + fault.For + fault.HealsIn + After;

    public int Count(Promise promise) => Violations.Count(violation => violation.Promise == promise);

    /// <summary>Load without a fault: the first requests compile what the others find compiled.</summary>
    public static async Task WarmUpAsync(ChaosSystem system, CancellationToken cancellationToken)
    {
        await system.WholeAsync(HealsWithin);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(TimeSpan.FromSeconds(5));
        await new Workload(system, NewRun(), seed: 0).RunAsync(stop.Token);
    }

    public static async Task<Trial> RunAsync(ChaosSystem system, Fault fault, int seed, CancellationToken cancellationToken)
    {
        await system.WholeAsync(HealsWithin);
        var (chance, run, since) = (new Random(seed), NewRun(), TimeProvider.System.GetUtcNow());
        var load = new Workload(system, run, seed);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var users = load.RunAsync(stop.Token);
        await Task.Delay(fault.Before + TimeSpan.FromMilliseconds(chance.Next(500)), cancellationToken);

        var begun = load.Now;
        var giveBack = await fault.Begin(system, chance, cancellationToken);
        Stopwatch healing;
        try
        {
            await Task.Delay(fault.For, cancellationToken);
        }
        finally
        {
            await giveBack();
            healing = Stopwatch.StartNew();
        }

        var given = load.Now;
        var ill = await IllAsync(async bound =>
        {
            await system.WholeAsync(bound);
            await Eventually.Within(bound, () =>
            {
                if (load.LastWritten < given)
                {
                    throw new InvalidOperationException("No write is acknowledged.");
                }
            });
        });
        var healed = healing.Elapsed;
        await Task.Delay(After, cancellationToken);
        var end = load.Now;
        await stop.CancelAsync();
        await users;
        ill = [.. ill, .. await IllAsync(system.WholeAsync)];

        var copies = new Copies(system, run, since, HealsWithin);
        ill = [.. ill, .. await copies.DifferencesAsync()];
        var calls = load.Calls;
        return new Trial(
            fault, seed, Gap(calls, begun, end, call => call.IsWrite), Gap(calls, begun, end, call => call.User.Contains("-reader-", StringComparison.Ordinal)),
            Longest(calls, begun, end, call => call.IsWrite), Longest(calls, begun, end, call => !call.IsWrite), healed,
            calls.Count(call => call is { IsWrite: true, Outcome: Outcome.Done }), calls.Count(call => call is { IsWrite: false, Outcome: Outcome.Done }),
            calls.Where(call => call.IsWrite).Sum(call => call.AskedAgain), calls.Where(call => !call.IsWrite).Sum(call => call.AskedAgain), calls.Count(call => call.SaysBehind),
            await system.DecisionsAsync(since), [.. HistoryChecker.Check(calls, await copies.RowsAsync()), .. ill]);
    }

    /// <summary>One line, and more if a promise was broken.</summary>
    public override string ToString()
    {
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{Fault}: write gap {WriteGap.TotalSeconds:0.00} s, read gap {ReadGap.TotalSeconds:0.00} s, longest {LongestWrite.TotalSeconds:0.00} s and {LongestRead.TotalSeconds:0.00} s, healed in {Healed.TotalSeconds:0.00} s ({Healing}), {Writes} writes, {Reads} reads, "
            + $"asked again {WritesAgain} and {ReadsAgain}, {SaidBehind} said behind; {(Broken.Count == 0 ? "no promise broken" : $"{Broken.Count} BROKEN PROMISES")}");
        return Broken.Count == 0 ? line : $"{line}\n    {string.Join("\n    ", [.. Broken.Take(5), .. Decisions])}\n   ";
    }

    private static async Task<IReadOnlyList<Violation>> IllAsync(Func<TimeSpan, Task> whole)
    {
        try
        {
            await whole(HealsWithin);
            return [];
        }
        catch (TimeoutException e)
        {
            return [new Violation(Promise.Heals, e.Message)];
        }
    }

    private static string NewRun() => $"c{Guid.NewGuid():N}"[..9];

    private static TimeSpan Longest(IReadOnlyList<Call> calls, TimeSpan since, TimeSpan end, Func<Call, bool> which) =>
        calls.Where(call => which(call) && call.Outcome == Outcome.Done && call.End >= since && call.Start <= end).Select(call => call.End - call.Start).DefaultIfEmpty().Max();

    // Between two answers one after the other, whoever got them, from the fault on; without a last one, until the end.
    private static TimeSpan Gap(IReadOnlyList<Call> calls, TimeSpan since, TimeSpan end, Func<Call, bool> which)
    {
        var ends = calls.Where(call => which(call) && call.Outcome == Outcome.Done).Select(call => call.End).Where(at => at < end).Append(end).Order().ToList();
        return ends.Zip(ends.Skip(1)).Where(pair => pair.Second >= since).Select(pair => pair.Second - pair.First).DefaultIfEmpty(end).Max();
    }
}
