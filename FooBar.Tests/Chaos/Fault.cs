using System.Collections.Immutable;
using FooBar.Tests.Chaos.History;

namespace FooBar.Tests.Chaos;

/// <summary>Something that is taken away, and given back after a while.</summary>
/// <param name="Component">What it happens to, as <c>--only</c> names it.</param>
/// <param name="What">What is done, in a few words.</param>
/// <param name="For">How long it lasts.</param>
/// <param name="Begin">Takes it away; returns how it is given back.</param>
public sealed record Fault(string Component, string What, TimeSpan For, Func<ChaosSystem, CancellationToken, Task<Func<Task>>> Begin)
{
    /// <summary>What holds whatever happens, to however many parts at a time.</summary>
    public static readonly ImmutableHashSet<Promise> Safety =
        [Promise.NoWriteLost, Promise.NoDuplicate, Promise.NothingInvented, Promise.OwnWritesRead, Promise.CopiesEqual];

    /// <summary>What holds although this is away. Two parts at a time may cost answers, but neither data nor the truth about it.</summary>
    public ImmutableHashSet<Promise> Promises { get; init; } = Component.Contains(" and ", StringComparison.Ordinal) ? Safety : [.. Enum.GetValues<Promise>()];

    public static IReadOnlyList<Fault> All { get; } =
    [
        On("primary", "killed", 4, (system, node) => system.KillAsync(node), (system, node) => system.StartAsync(node)),
        On("primary", "stopped gracefully", 4, (system, node) => system.StopAsync(node), (system, node) => system.StartAsync(node)),
        On("primary", "paused for 1 s", 1, (system, node) => system.PauseAsync(node), (system, node) => system.UnpauseAsync(node)),
        On("primary", "paused for 5 s", 5, (system, node) => system.PauseAsync(node), (system, node) => system.UnpauseAsync(node)),
        On("primary", "paused for 30 s", 30, (system, node) => system.PauseAsync(node), (system, node) => system.UnpauseAsync(node)),
        On("primary", "cut off from all", 6, (system, node) => system.CutAsync(node, Others(node)), (system, node) => system.MendAsync(node)),
        On("primary", "cut off from the replica", 6, (system, node) => system.CutAsync(node, Peer(node)), (system, node) => system.MendAsync(node)),
        On("primary", "cut off from the coordinator", 6, (system, node) => system.CutAsync(node, "failover"), (system, node) => system.MendAsync(node)),
        On("primary", "cut off from the site", 6, (system, node) => system.CutAsync(node, "web-1", "web-2"), (system, node) => system.MendAsync(node)),
        On("primary", "cut off, then stopped gracefully", 6,
            async (system, node) =>
            {
                await system.CutAsync(node, Others(node));
                await system.StopAsync(node);
            },
            (system, node) => system.StartAsync(node)),
        OnReplica("killed", 4, (system, node) => system.KillAsync(node), (system, node) => system.StartAsync(node)),
        OnReplica("paused for 1 s", 1, (system, node) => system.PauseAsync(node), (system, node) => system.UnpauseAsync(node)),
        OnReplica("paused for 5 s", 5, (system, node) => system.PauseAsync(node), (system, node) => system.UnpauseAsync(node)),
        OnReplica("cut off from all", 6, (system, node) => system.CutAsync(node, Others(node)), (system, node) => system.MendAsync(node)),
        On("primary and replica", "killed", 3,
            async (system, node) => await Task.WhenAll(system.KillAsync(node), system.KillAsync(Peer(node))),
            async (system, node) => await Task.WhenAll(system.StartAsync(node), system.StartAsync(Peer(node)))),
        OnService("coordinator", "failover"),
        OnService("site", "web-1"),
        // Who talks to a gateway that is killed sees his connection break, and asks again: the other one answers.
        OnService("gateway", "gateway-1") with { Promises = [.. Enum.GetValues<Promise>().Except([Promise.NoReadAskedAgain])] },
        On("primary and coordinator", "killed", 4,
            async (system, node) => await Task.WhenAll(system.KillAsync(node), system.KillAsync("failover")),
            async (system, node) =>
            {
                await system.StartAsync("failover");
                await system.StartAsync(node);
            }),
        new("switchover", "asked for", TimeSpan.FromSeconds(2), async (system, ct) =>
        {
            await system.SwitchoverAsync(ct);
            return () => Task.CompletedTask;
        }),
    ];

    private static Fault On(string component, string what, double seconds, Func<ChaosSystem, string, Task> begin, Func<ChaosSystem, string, Task> end) =>
        new(component, what, TimeSpan.FromSeconds(seconds), async (system, ct) => await BeginAsync(system, await system.PrimaryAsync(ct), begin, end));

    private static Fault OnReplica(string what, double seconds, Func<ChaosSystem, string, Task> begin, Func<ChaosSystem, string, Task> end) =>
        new("replica", what, TimeSpan.FromSeconds(seconds), async (system, ct) => await BeginAsync(system, await system.ReplicaAsync(ct), begin, end));

    private static Fault OnService(string component, string service) =>
        new(component, "killed", TimeSpan.FromSeconds(4), (system, _) => BeginAsync(system, service, (s, name) => s.KillAsync(name), (s, name) => s.StartAsync(name)));

    private static async Task<Func<Task>> BeginAsync(ChaosSystem system, string name, Func<ChaosSystem, string, Task> begin, Func<ChaosSystem, string, Task> end)
    {
        await begin(system, name);
        return () => end(system, name);
    }

    private static string Peer(string node) => node == "mysql-0" ? "mysql-1" : "mysql-0";

    private static string[] Others(string node) => [Peer(node), "failover", "web-1", "web-2"];
}
