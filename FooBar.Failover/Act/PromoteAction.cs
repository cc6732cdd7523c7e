using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace FooBar.Failover.Act;

/// <summary>
/// Makes a replica the primary. The journal speaks first: from then on nobody else may take writes, and whoever finds it so,
/// this coordinator or the next, goes on from there.
/// </summary>
internal sealed class PromoteAction(
    NodeConnections connections, ClusterObserver observer, RelayLog relayLog, AccountGrants grants, IJournal journal, IOptions<FailoverOptions> options, TimeProvider clock)
{
    /// <summary>ER_SPECIFIC_ACCESS_DENIED_ERROR: a statement needs a right that the account, or this older session of it, lacks.</summary>
    private const int MissingRight = 1227;

    public async Task RunAsync(Promote decision, CancellationToken cancellationToken)
    {
        await using var replica = await connections.OpenAsync(decision.Replica, cancellationToken);
        if (journal.Current.Primary != decision.Replica)
        {
            // From here on the former primary can have nothing acknowledged any more: what this replica has is all there is.
            await replica.ExecuteAsync("STOP REPLICA IO_THREAD", cancellationToken);
            await StopOthersAsync(decision, cancellationToken);
            if (await observer.ViewAsync(decision.Former!, ClusterLook.Patience, cancellationToken) is { Reachable: true } former
                && (former.Epoch == journal.Current.Epoch || journal.Current.Phase == JournalPhase.Promoting))
            {
                throw new ActionException($"{decision.Former} answers again; {decision.Replica} was not promoted.");
            }

            await ApplyAllAsync(replica, decision.Replica, cancellationToken);
            await BeginAsync(decision.Replica, clock.GetUtcNow(), decision.Reason, decision.AcceptsLoss, cancellationToken);
        }

        await FinishAsync(replica, decision.Replica, cancellationToken);
    }

    // The other replicas that may have acknowledged: none goes on doing so, and none has more than the one that is promoted.
    private async Task StopOthersAsync(Promote decision, CancellationToken cancellationToken)
    {
        foreach (var other in journal.Current.Witnesses.Remove(decision.Replica))
        {
            if (await observer.ViewAsync(other, cancellationToken) is { Reachable: false } silent)
            {
                if (decision.AcceptsLoss)
                {
                    continue;
                }

                throw new ActionException($"{other} does not answer any more ({silent.Error}) and may hold writes that {decision.Replica} lacks; {decision.Replica} was not promoted.");
            }

            await using var session = await connections.OpenAsync(other, cancellationToken);
            await session.ExecuteAsync("STOP REPLICA IO_THREAD", cancellationToken);
            var (has, own) = (await observer.ViewAsync(other, cancellationToken), await observer.ViewAsync(decision.Replica, cancellationToken));
            if (!decision.AcceptsLoss && !(has.Reachable && own.Reachable && own.Holds(has.Held)))
            {
                throw new ActionException($"{other} has received more than {decision.Replica} meanwhile; {decision.Replica} was not promoted.");
            }
        }
    }

    /// <summary>Writes into the journal that a replica is the primary of the next epoch.</summary>
    /// <param name="replica">The new primary.</param>
    /// <param name="failedOverAt">When the failover was decided; null for a planned switchover.</param>
    /// <param name="reason">Why.</param>
    /// <param name="acceptsLoss">Whether others may hold acknowledged writes that are given up.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public Task BeginAsync(string replica, DateTimeOffset? failedOverAt, string reason, bool acceptsLoss, CancellationToken cancellationToken)
    {
        var before = journal.Current;
        return journal.WriteAsync(
            before with
            {
                Phase = JournalPhase.Promoting,
                Epoch = before.Epoch + 1,
                Primary = replica,
                InSync = [],
                Handover = null,
                Leaving = false,
                Left = before.Leaving ? before.Primary : null,
                Former = before.Primary,
                FailedOverAt = failedOverAt ?? before.FailedOverAt,
                GivenUp = acceptsLoss ? [.. options.Value.Nodes.Where(node => node != replica)] : before.GivenUp, // whoever has more than the new primary
                Unsettled = before.Unsettled?.Remove(replica), // a primary acknowledges to nobody
            },
            reason, cancellationToken);
    }

    /// <summary>Lifts the fence of the journal's primary. The epoch is its first transaction, which clients recognise it by.</summary>
    public async Task FinishAsync(NodeSession primary, string name, CancellationToken cancellationToken)
    {
        try
        {
            await FinishAsync(primary, name, upgrade: false, cancellationToken);
        }
        catch (MySqlException e) when (e.Number == MissingRight)
        {
            // The cluster was made by a version that needed fewer rights. At the end no commit waits, and they can be given.
            await using var initial = await connections.OpenInitialAsync(name, cancellationToken);
            await FinishAsync(initial, name, upgrade: true, cancellationToken);
        }
    }

    private async Task FinishAsync(NodeSession primary, string name, bool upgrade, CancellationToken cancellationToken)
    {
        // Nothing is unapplied, but for a node that was started by hand meanwhile: resetting would delete it.
        await ApplyAllAsync(primary, name, cancellationToken);
        await primary.ExecuteAsync("STOP REPLICA", cancellationToken);
        await primary.ExecuteAsync("RESET REPLICA ALL", cancellationToken);
        await primary.ExecuteAsync("SET GLOBAL rpl_semi_sync_replica_enabled = OFF", cancellationToken);
        await SemiSyncAction.WaitForAsync(primary, 0, cancellationToken);
        await primary.ExecuteAsync("SET GLOBAL offline_mode = OFF", cancellationToken);
        await primary.ExecuteAsync("SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF", cancellationToken);
        await primary.ExecuteAsync(EpochTable.Write, cancellationToken, ("@epoch", journal.Current.Epoch), ("@node", name));
        if (upgrade)
        {
            await grants.ApplyAsync(primary, cancellationToken);
        }

        await journal.WriteAsync(journal.Current with { Phase = JournalPhase.Serving }, $"{name} takes writes as primary of epoch {journal.Current.Epoch}.", cancellationToken);
    }

    private async Task ApplyAllAsync(NodeSession replica, string name, CancellationToken cancellationToken)
    {
        if (!await relayLog.ApplyAsync(replica, cancellationToken))
        {
            throw new ActionException($"{name} has not applied all that it received; it is promoted when it has.");
        }
    }
}
