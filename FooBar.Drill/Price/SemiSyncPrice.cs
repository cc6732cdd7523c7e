using System.Globalization;
using FooBar.Drill.Stack;

namespace FooBar.Drill.Price;

/// <summary><c>./drill --price</c>: what it costs that a write is acknowledged only when two copies have it.</summary>
/// <remarks>
/// The coordinator would not have semi-sync off while a replica is in sync, so it is stopped meanwhile: it is not in the data path.
/// </remarks>
public sealed class SemiSyncPrice
{
    private const int Pairs = 7;

    private static readonly int[] Writers = [1, 8];
    private static readonly TimeSpan RoundLasts = TimeSpan.FromSeconds(2), WarmUpLasts = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StandsWithin = TimeSpan.FromSeconds(10), WholeWithin = TimeSpan.FromSeconds(60);

    private readonly ChaosSystem system;
    private readonly string primary, replica;

    private SemiSyncPrice(ChaosSystem system, string primary, string replica) => (this.system, this.primary, this.replica) = (system, primary, replica);

    /// <param name="folder">Where the table is written as well; null for nowhere.</param>
    /// <returns>The exit code: 0, or 1 if it failed or was stopped before its end.</returns>
    public static async Task<int> RunAsync(string? folder)
    {
        var comparisons = new List<Comparison>();
        var ended = false;
        try
        {
            ended = await DrillStack.RunAsync((system, stop) => MeasureAsync(system, comparisons, stop));
        }
#pragma warning disable CA1031 // whatever it was, what was measured until then is not lost
        catch (Exception e)
#pragma warning restore CA1031
        {
            await Console.Error.WriteLineAsync($"The drill could not go on: {e.GetType().Name}: {e.Message}");
        }

        var table = PriceTable.Markdown(comparisons);
        Console.WriteLine($"\n{table}");
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(Path.Combine(folder, "price.md"), table, CancellationToken.None);
            await File.WriteAllTextAsync(Path.Combine(folder, "price.json"), PriceTable.AsJson(comparisons), CancellationToken.None);
        }

        return ended ? 0 : 1;
    }

    // Leaves a whole cluster behind.
    private static async Task MeasureAsync(ChaosSystem system, List<Comparison> comparisons, CancellationToken cancellationToken)
    {
        await system.WholeAsync(WholeWithin);
        var primary = await system.PrimaryAsync(cancellationToken);
        var price = new SemiSyncPrice(system, primary, await system.ReplicaAsync(cancellationToken));
        await using var site = new SiteLoad(system, Writers.Max());
        await using var database = await DatabaseLoad.StartAsync(await system.ConnectionStringAsync());

        await system.StopAsync("failover");
        foreach (var load in (WriteLoad[])[site, database])
        {
            foreach (var writers in Writers)
            {
                comparisons.Add(await price.CompareAsync(load, writers, cancellationToken));
            }
        }

        await price.SwitchAsync(on: true);
        await system.StartAsync("failover");
        await system.WholeAsync(WholeWithin);
    }

    private async Task<Comparison> CompareAsync(WriteLoad load, int writers, CancellationToken cancellationToken)
    {
        await load.RunAsync(writers, WarmUpLasts, cancellationToken);
        var pairs = new List<(Round With, Round Without)>();
        while (pairs.Count < Pairs)
        {
            pairs.Add((await RoundAsync(load, writers, semiSync: true, cancellationToken), await RoundAsync(load, writers, semiSync: false, cancellationToken)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{load.Name}, {writers} at a time, {pairs.Count}/{Pairs}: {pairs[^1].With.WritesPerSecond:0} writes per second with semi-sync, {pairs[^1].Without.WritesPerSecond:0} without"));
        }

        return new Comparison(load.Name, writers, pairs);
    }

    private async Task<Round> RoundAsync(WriteLoad load, int writers, bool semiSync, CancellationToken cancellationToken)
    {
        var before = await SwitchAsync(semiSync);
        var (primaryBefore, replicaBefore) = (await system.CpuTimeAsync(primary), await system.CpuTimeAsync(replica));
        var (lasted, latencies) = await load.RunAsync(writers, RoundLasts, cancellationToken);
        var primaryAfter = await system.CpuTimeAsync(primary);
        await CatchUpAsync();
        var round = new Round(lasted, latencies, primaryAfter - primaryBefore, await system.CpuTimeAsync(replica) - replicaBefore);

        // A round that was not what it is called would be worth nothing.
        var after = await StateAsync();
        var wasOn = after.Acknowledged > before.Acknowledged;
        return wasOn == semiSync && after.Unacknowledged == before.Unacknowledged ? round : throw new InvalidOperationException(
            $"Semi-sync was to be {(semiSync ? "on" : "off")}, and the replica acknowledged {after.Acknowledged - before.Acknowledged} groups of commits and {after.Unacknowledged - before.Unacknowledged} not.");
    }

    private async Task<State> SwitchAsync(bool on)
    {
        await system.SqlAsync(primary, $"SET GLOBAL rpl_semi_sync_source_enabled = {(on ? "ON" : "OFF")}");
        var state = await StateAsync();
        await Eventually.Within(StandsWithin, async _ => (state = await StateAsync()).IsOn == on && (!on || state.Clients == 1));
        return state;
    }

    private async Task<State> StateAsync()
    {
        var lines = (await system.SqlAsync(primary, "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_source_%'")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var values = lines.Select(line => line.Split('\t')).ToDictionary(pair => pair[0]["Rpl_semi_sync_source_".Length..], pair => pair[1]);
        long Number(string name) => long.Parse(values[name], CultureInfo.InvariantCulture);
        return new State(values["status"] == "ON", Number("clients"), Number("yes_tx"), Number("no_tx"));
    }

    private async Task CatchUpAsync()
    {
        var executed = (await system.SqlAsync(primary, "SELECT REPLACE(@@GLOBAL.gtid_executed, CHAR(10), '')")).Trim();
        var late = await system.SqlAsync(replica, $"SELECT WAIT_FOR_EXECUTED_GTID_SET('{executed}', {StandsWithin.TotalSeconds:0})");
        if (late.Trim() != "0")
        {
            throw new InvalidOperationException($"{replica} did not catch up with {primary} within {StandsWithin.TotalSeconds:0} s.");
        }
    }

    // Commits that are made together are acknowledged together, and counted as one.
    private sealed record State(bool IsOn, long Clients, long Acknowledged, long Unacknowledged);
}
