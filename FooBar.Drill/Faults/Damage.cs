using FooBar.Drill.Stack;

namespace FooBar.Drill.Faults;

/// <summary>What is done to a service, and how it is undone.</summary>
internal sealed record Damage(Func<ChaosSystem, string, Task> Do, Func<ChaosSystem, string, Task> Undo)
{
    public static readonly Damage Killed = new((system, service) => system.KillAsync(service), (system, service) => system.StartAsync(service));

    public static readonly Damage Stopped = new((system, service) => system.StopAsync(service), (system, service) => system.StartAsync(service));

    public static readonly Damage Paused = new((system, service) => system.PauseAsync(service), (system, service) => system.UnpauseAsync(service));

    public static readonly Damage DiskFull = new(
        (system, node) =>
        {
            system.FillDisk(node);
            return Task.CompletedTask;
        },
        (system, node) =>
        {
            system.FreeDisk(node);
            return Task.CompletedTask;
        });

    public static Damage Clock(TimeSpan offset) => new((system, node) => system.SetClockAsync(node, offset), (system, node) => system.SetClockAsync(node, TimeSpan.Zero));

    public static Damage Cut(Func<string, string[]> others, Direction direction = Direction.Both) =>
        new((system, node) => system.CutAsync(node, direction, others(node)), (system, node) => system.MendAsync(node));

    public async Task<Func<Task>> OnAsync(ChaosSystem system, string service)
    {
        await Do(system, service);
        return () => Undo(system, service);
    }

    /// <summary>Several at the same time; they are undone in this order.</summary>
    public static async Task<Func<Task>> AtOnceAsync(ChaosSystem system, params (Damage Damage, string Service)[] parts)
    {
        var undo = await Task.WhenAll(parts.Select(part => part.Damage.OnAsync(system, part.Service)));
        return async () =>
        {
            foreach (var part in undo)
            {
                await part();
            }
        };
    }
}
