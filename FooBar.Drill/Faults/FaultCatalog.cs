using FooBar.Drill.Stack;

namespace FooBar.Drill.Faults;

/// <summary>Everything that <c>./drill</c> takes away, in the order of its table.</summary>
public static class FaultCatalog
{
    private const string Coordinator = "failover";

    private static readonly string[] Site = ["web-1", "web-2"];

    /// <summary>No cut lasts as long as writes are held: what only a cut link keeps from being done is done when it is mended.</summary>
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(5);

    /// <summary>The role follows the site only away from a node that it has reached before, without a pause and for this long after the last time.</summary>
    private static readonly TimeSpan ReachedAgain = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<Fault> All { get; } =
    [
        Primary("killed", 3, Damage.Killed),
        Primary("stopped gracefully", 3, Damage.Stopped),
        Primary("paused for 1 s", 1, Damage.Paused),
        Primary("paused for 5 s", 5, Damage.Paused),
        Primary("paused for 30 s", 30, Damage.Paused),
        Primary("cut off from all", Damage.Cut(Others)),
        Primary("cut off from the replica and the coordinator", Damage.Cut(node => [Peer(node), Coordinator])),
        Primary("cut off from all, then stopped gracefully", new Damage(CutAndStopAsync, Damage.Stopped.Undo)),
        DiskFull(Primary),
        .. Clocks(Primary),
        .. EveryWay(Primary, "the replica", node => [Peer(node)]),
        .. EveryWay(Primary, "the coordinator", _ => [Coordinator]),
        .. EveryWay(Primary, "the site", _ => Site).Select(fault => fault with { Before = ReachedAgain }),
        Replica("killed", 3, Damage.Killed),
        Replica("stopped gracefully", 3, Damage.Stopped),
        Replica("paused for 1 s", 1, Damage.Paused),
        Replica("paused for 5 s", 5, Damage.Paused),
        Replica("paused for 30 s", 30, Damage.Paused),
        Replica("cut off from all", Damage.Cut(Others)),
        .. EveryWay(Replica, "the coordinator", _ => [Coordinator]),
        .. EveryWay(Replica, "the site", _ => Site),
        DiskFull(Replica),
        .. Clocks(Replica),
        Killed("coordinator", Coordinator),
        Killed("site", "web-1"),
        OneOfTheSite("paused for 5 s", Damage.Paused),
        OneOfTheSite("cut off from the gateways", Damage.Cut(_ => [TwoGateways.Network])),
        OneOfTheSite("cut off from the primary", async (system, ct) =>
        {
            var primary = await system.PrimaryAsync(ct);
            return await Damage.Cut(_ => [primary]).OnAsync(system, Site[0]);
        }),
        Killed("gateway", "gateway-1"),
        new("switchover", "asked for", TimeSpan.FromSeconds(2), async (system, _, ct) =>
        {
            await system.SwitchoverAsync(ct);
            return () => Task.CompletedTask;
        }),
        Pair("primary and replica", "killed", (system, node, _, _) => Damage.AtOnceAsync(system, (Damage.Killed, node), (Damage.Killed, Peer(node)))),
        Pair("primary and replica", "killed; paused for 1 s", async (system, node, _, ct) =>
        {
            var resume = await Damage.Paused.OnAsync(system, Peer(node));
            var start = await Damage.Killed.OnAsync(system, node);
            await Task.Delay(TimeSpan.FromSeconds(1), ct);
            await resume();
            return start;
        }),
        Pair("replica and primary", "killed one after the other, the replica started first", async (system, node, _, ct) =>
        {
            var startReplica = await Damage.Killed.OnAsync(system, Peer(node));
            await system.NotInSyncAsync(Peer(node), TimeSpan.FromSeconds(10));
            await Task.Delay(TimeSpan.FromSeconds(0.5), ct); // writes that the replica lacks
            var startPrimary = await Damage.Killed.OnAsync(system, node);
            await startReplica();
            return startPrimary;
        }),
        Pair("primary and site", "killed", (system, node, _, _) => Damage.AtOnceAsync(system, (Damage.Killed, node), (Damage.Killed, Site[0]))),
        Pair("primary and gateway", "killed", (system, node, _, _) => Damage.AtOnceAsync(system, (Damage.Killed, node), (Damage.Killed, "gateway-1"))),
        Pair("primary and coordinator", "killed", (system, node, _, _) => Damage.AtOnceAsync(system, (Damage.Killed, Coordinator), (Damage.Killed, node))),
        Pair("primary and coordinator", "paused for 5 s; killed, started after 1 s", async (system, node, _, ct) =>
        {
            var resume = await Damage.Paused.OnAsync(system, node);
            await ReplaceCoordinatorAsync(system, ct);
            await Task.Delay(TimeSpan.FromSeconds(1), ct);
            return resume;
        }),
        Pair("primary and coordinator", "killed; killed up to 0.6 s later, started after 1 s", async (system, node, chance, ct) =>
        {
            var start = await Damage.Killed.OnAsync(system, node);
            await UpToAsync(0.6, chance, ct);
            await ReplaceCoordinatorAsync(system, ct);
            return start;
        }),
        Pair("primary and coordinator", "killed; killed inside the promotion", async (system, node, _, ct) =>
        {
            var promotion = system.KillInPromotionAsync(Coordinator);
            var start = await Damage.Killed.OnAsync(system, node);
            await promotion;
            return start;
        }),
        Pair("switchover and coordinator", "asked for; killed up to 0.6 s later, started after 1 s", async (system, _, chance, ct) =>
        {
            var switchover = system.SwitchoverAsync(ct);
            await UpToAsync(0.6, chance, ct);
            await ReplaceCoordinatorAsync(system, ct);
            await switchover.ContinueWith(_ => { }, ct, TaskContinuationOptions.None, TaskScheduler.Default); // its answer may be lost
            return () => Task.CompletedTask;
        }),
    ];

    private static Fault Primary(string what, double seconds, Damage damage) =>
        new("primary", what, TimeSpan.FromSeconds(seconds), async (system, _, ct) => await damage.OnAsync(system, await system.PrimaryAsync(ct)));

    private static Fault Primary(string what, Damage damage) => Primary(what, Cut.TotalSeconds, damage);

    private static Fault Replica(string what, double seconds, Damage damage) =>
        new("replica", what, TimeSpan.FromSeconds(seconds), async (system, _, ct) => await damage.OnAsync(system, await system.ReplicaAsync(ct)));

    private static Fault Replica(string what, Damage damage) => Replica(what, Cut.TotalSeconds, damage);

    private static Fault Killed(string component, string service) =>
        new(component, "killed", TimeSpan.FromSeconds(3), (system, _, _) => Damage.Killed.OnAsync(system, service));

    private static Fault OneOfTheSite(string what, Damage damage) => OneOfTheSite(what, (system, _) => damage.OnAsync(system, Site[0]));

    private static Fault OneOfTheSite(string what, Func<ChaosSystem, CancellationToken, Task<Func<Task>>> begin) =>
        new("site", what, Cut, async (system, _, ct) => await begin(system, ct));

    private static Fault Pair(string components, string what, Func<ChaosSystem, string, Random, CancellationToken, Task<Func<Task>>> begin) =>
        new(components, what, TimeSpan.FromSeconds(3), async (system, chance, ct) => await begin(system, await system.PrimaryAsync(ct), chance, ct));

    private static Fault[] EveryWay(Func<string, Damage, Fault> of, string from, Func<string, string[]> others) =>
    [
        of($"cut off from {from}", Damage.Cut(others)),
        of($"hears nothing from {from}", Damage.Cut(others, Direction.In)),
        of($"sends nothing to {from}", Damage.Cut(others, Direction.Out)),
    ];

    private static Fault DiskFull(Func<string, double, Damage, Fault> of) =>
        of("disk full for 6 s", 6, Damage.DiskFull) with { NeedsHardware = true, HealsIn = TimeSpan.FromMinutes(1) };

    private static Fault[] Clocks(Func<string, double, Damage, Fault> of) => Hardware.FakeTime is null ? [] :
    [
        of("clock 5 min ahead", 5, Damage.Clock(TimeSpan.FromMinutes(5))) with { NeedsHardware = true },
        of("clock 5 min behind", 5, Damage.Clock(TimeSpan.FromMinutes(-5))) with { NeedsHardware = true },
    ];

    private static async Task CutAndStopAsync(ChaosSystem system, string node)
    {
        await system.CutAsync(node, Direction.Both, Others(node));
        await system.StopAsync(node);
    }

    private static async Task ReplaceCoordinatorAsync(ChaosSystem system, CancellationToken cancellationToken)
    {
        await system.KillAsync(Coordinator);
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        await system.StartAsync(Coordinator);
    }

    private static Task UpToAsync(double seconds, Random chance, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromSeconds(seconds * chance.NextDouble()), cancellationToken);

    private static string Peer(string node) => node == "mysql-0" ? "mysql-1" : "mysql-0";

    private static string[] Others(string node) => [Peer(node), Coordinator, .. Site];
}
