using FooBar.Data.Consistency;
using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace FooBar.Failover.Act;

/// <summary>
/// Hands the role of primary over while both nodes are well: the primary is fenced, the replica gets what is left, and is
/// promoted. Until the promotion is in the journal it can be taken back, and is where it does not succeed.
/// </summary>
internal sealed class SwitchoverAction(
    NodeConnections connections, FenceAction fence, PromoteAction promote, IJournal journal, IOptions<FailoverOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan ReconnectsWithin = TimeSpan.FromMilliseconds(300);

    public async Task RunAsync(Switchover decision, CancellationToken cancellationToken)
    {
        await using var replica = await connections.OpenAsync(decision.Replica, cancellationToken);
        if (journal.Current.Handover is null)
        {
            await CatchUpAsync(decision, replica, cancellationToken);
            await journal.WriteAsync(
                journal.Current with { Handover = decision.Replica, Leaving = decision.Leaving, FollowedSiteAt = decision.FollowsSite ? clock.GetUtcNow() : journal.Current.FollowedSiteAt },
                decision.Reason, cancellationToken);
        }

        try
        {
            await HandOverAsync(decision, replica, cancellationToken);
        }
        catch (Exception e) when (e is ActionException or MySqlException or TimeoutException or IOException && journal.Current.Handover is not null)
        {
            await AbandonAsync(decision.Primary, $"The switchover to {decision.Replica} did not succeed: {e.Message}", cancellationToken);
            throw new ActionException($"The switchover to {decision.Replica} did not succeed ({e.Message}); {decision.Primary} {(decision.Leaving ? "is waited for" : "goes on")}.");
        }

        await promote.FinishAsync(replica, decision.Replica, cancellationToken);
    }

    /// <summary>
    /// The primary serves again, unless it is being stopped; the next decisions lift its fence. It is fenced to the end before clients
    /// are let in: where that was cut off half-way it would take writes without waiting for a replica that the journal counts on. The
    /// journal forgets the switchover last, so that whatever is cut off here is begun again.
    /// </summary>
    public async Task AbandonAsync(string name, string reason, CancellationToken cancellationToken)
    {
        if (!journal.Current.Leaving)
        {
            await fence.FenceAsync(name, cancellationToken);
            await using var primary = await connections.OpenAsync(name, cancellationToken);
            await primary.ExecuteAsync("SET GLOBAL offline_mode = OFF", cancellationToken);
        }

        await journal.WriteAsync(journal.Current with { Handover = null, Leaving = false }, reason, cancellationToken);
    }

    // In sync means received, not applied. What is left to apply is waited for while writes go on, not while they stand still.
    private async Task CatchUpAsync(Switchover decision, NodeSession replica, CancellationToken cancellationToken)
    {
        await using var primary = await connections.OpenAsync(decision.Primary, cancellationToken);
        if (!decision.Leaving
            && !await replica.WaitForExecutedAsync(await primary.ExecutedAsync(cancellationToken), options.Value.ActionTimeout / 2, cancellationToken))
        {
            throw new ActionException($"{decision.Replica} has too much to apply yet; nothing was changed, and {decision.Primary} goes on.");
        }
    }

    private async Task HandOverAsync(Switchover decision, NodeSession replica, CancellationToken cancellationToken)
    {
        await using var primary = await connections.OpenAsync(decision.Primary, cancellationToken);
        await fence.FenceAsync(decision.Primary, cancellationToken);
        if (!await GetsAllAsync(replica, await primary.ExecutedAsync(cancellationToken), cancellationToken))
        {
            throw new ActionException($"{decision.Replica} did not get everything from {decision.Primary} in time");
        }

        await replica.ExecuteAsync("STOP REPLICA IO_THREAD", cancellationToken);
        await promote.BeginAsync(decision.Replica, failedOverAt: null, decision.Reason, acceptsLoss: false, cancellationToken);
    }

    // It usually has it all already. The fence may have cost it its connection, after which it need not go on by itself.
    private async Task<bool> GetsAllAsync(NodeSession replica, GtidSet set, CancellationToken cancellationToken)
    {
        if (await replica.WaitForExecutedAsync(set, ReconnectsWithin, cancellationToken))
        {
            return true;
        }

        await replica.ExecuteAsync("START REPLICA IO_THREAD", cancellationToken);
        return await replica.WaitForExecutedAsync(set, options.Value.ActionTimeout / 2, cancellationToken);
    }
}
