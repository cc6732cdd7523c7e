using System.Diagnostics;
using FooBar.Tests.Chaos.History;

namespace FooBar.Tests.Chaos;

/// <summary>One fault under load, from a whole cluster to a whole cluster, and what it cost.</summary>
/// <param name="Fault">What was taken away.</param>
/// <param name="WriteGap">The longest time without an acknowledged write.</param>
/// <param name="ReadGap">The longest time without an answered read.</param>
/// <param name="Healed">From giving back until everything was in sync.</param>
/// <param name="Writes">How many writes were acknowledged.</param>
/// <param name="Reads">How many reads were answered.</param>
/// <param name="WritesAgain">How many times a write without an answer was asked again.</param>
/// <param name="ReadsAgain">How many times a read was asked again because its connection broke.</param>
/// <param name="SaidBehind">How many reads were answered from a copy that may lack the reader's own writes, and said so.</param>
/// <param name="Violations">What the history breaks, promised or not.</param>
public sealed record Trial(
    Fault Fault, TimeSpan WriteGap, TimeSpan ReadGap, TimeSpan Healed, int Writes, int Reads, int WritesAgain, int ReadsAgain, int SaidBehind, IReadOnlyList<Violation> Violations)
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1.5), After = TimeSpan.FromSeconds(1.5), HealsWithin = TimeSpan.FromSeconds(90);

    /// <summary>Promises that were broken.</summary>
    public IReadOnlyList<Violation> Broken { get; } = [.. Violations.Where(violation => Fault.Promises.Contains(violation.Promise))];

    public int Count(Promise promise) => Violations.Count(violation => violation.Promise == promise);

    public static async Task<Trial> RunAsync(ChaosSystem system, Fault fault, int seed, CancellationToken cancellationToken)
    {
        await system.WholeAsync(HealsWithin);
        var chance = new Random(seed);
        var load = new Workload(system, $"c{Guid.NewGuid():N}"[..9], seed);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var users = load.RunAsync(stop.Token);
        await Task.Delay(Before + TimeSpan.FromMilliseconds(chance.Next(1000)), cancellationToken);

        var begun = load.Now;
        var giveBack = await fault.Begin(system, cancellationToken);
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

        await system.WholeAsync(HealsWithin);
        var healed = healing.Elapsed;
        await Task.Delay(After, cancellationToken);
        await stop.CancelAsync();
        await users;

        var calls = load.Calls;
        return new Trial(
            fault, Gap(calls, begun, call => call.IsWrite), Gap(calls, begun, call => call.User.Contains("-reader-", StringComparison.Ordinal)), healed,
            calls.Count(call => call is { IsWrite: true, Outcome: Outcome.Done }), calls.Count(call => call is { IsWrite: false, Outcome: Outcome.Done }),
            calls.Where(call => call.IsWrite).Sum(call => call.AskedAgain), calls.Where(call => !call.IsWrite).Sum(call => call.AskedAgain), calls.Count(call => call.SaysBehind),
            HistoryChecker.Check(calls, await system.CopiesAsync(calls[0].User.Split('-')[0])));
    }

    // Between two answers one after the other, whoever got them; from the fault on.
    private static TimeSpan Gap(IReadOnlyList<Call> calls, TimeSpan since, Func<Call, bool> which)
    {
        var ends = calls.Where(call => which(call) && call.Outcome == Outcome.Done).Select(call => call.End).Order().ToList();
        return ends.Zip(ends.Skip(1)).Where(pair => pair.Second >= since).Select(pair => pair.Second - pair.First).DefaultIfEmpty().Max();
    }
}
