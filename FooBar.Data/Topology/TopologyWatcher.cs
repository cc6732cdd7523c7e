using System.Collections.Immutable;
using FooBar.Data.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FooBar.Data.Topology;

/// <summary>
/// Probes every node, each in a loop of its own, so that a node that hangs delays nothing that the others have to say.
/// </summary>
internal sealed class TopologyWatcher(ProbedNodes nodes, TopologyBoard board, IOptions<DataOptions> options, TimeProvider clock)
    : BackgroundService
{
    /// <summary>The pause between two probes while somebody waits for a node.</summary>
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(25);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(nodes.All.Select(node => WatchAsync(node, stoppingToken)));

    private async Task WatchAsync(DatabaseNode node, CancellationToken cancellationToken)
    {
        await using var probe = new NodeProbe(node, options.Value, clock);
        try
        {
            while (true)
            {
                // Taken before the probe: a wish that comes while it runs may concern what it has already asked.
                var refreshWanted = board.RefreshWanted;
                board.Report(await probe.ProbeAsync(cancellationToken));
                await PauseAsync(refreshWanted, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The application stops.
        }
    }

    private async Task PauseAsync(Task refreshWanted, CancellationToken cancellationToken)
    {
        await Task.Delay(ShortPause, clock, cancellationToken);
        if (options.Value.ProbeInterval > ShortPause && !board.SomebodyWaits)
        {
            await refreshWanted.WaitAsync(options.Value.ProbeInterval - ShortPause, clock, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}

/// <summary>Every configured node, with the application's account and outside its pool.</summary>
internal sealed record ProbedNodes(ImmutableArray<DatabaseNode> All);
