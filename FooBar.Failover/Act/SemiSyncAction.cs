using System.Collections.Immutable;
using FooBar.Data.Consistency;
using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Leadership;
using FooBar.Failover.Observe;
using Microsoft.Extensions.Options;

namespace FooBar.Failover.Act;

/// <summary>Makes commits wait for replicas, and lets them go on without.</summary>
internal sealed class SemiSyncAction(
    NodeConnections connections, NodeProbe probe, RelayLog relayLog, SemiSyncOff semiSyncOff, Acknowledgements acknowledgements, IJournal journal, ILeadership leadership,
    IOptions<FailoverOptions> options, TimeProvider clock)
{
    /// <summary>
    /// How long a commit waits for its acknowledgement, in milliseconds: the variable's greatest value, 49 days. The
    /// coordinator ends the wait by degrading; the server must never end it by itself.
    /// </summary>
    private const string Forever = "4294967295";

    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(50);

    public static async Task WaitForAsync(NodeSession primary, int replicas, CancellationToken cancellationToken)
    {
        if (replicas == 0)
        {
            await primary.ExecuteAsync("SET GLOBAL rpl_semi_sync_source_enabled = OFF", cancellationToken);
            return;
        }

        await primary.ExecuteAsync($"SET GLOBAL rpl_semi_sync_source_timeout = {Forever}", cancellationToken);
        await primary.ExecuteAsync("SET GLOBAL rpl_semi_sync_source_wait_no_replica = ON", cancellationToken);
        await primary.ExecuteAsync("SET GLOBAL rpl_semi_sync_source_wait_point = AFTER_SYNC", cancellationToken);
        await primary.ExecuteAsync($"SET GLOBAL rpl_semi_sync_source_wait_for_replica_count = {replicas}", cancellationToken);
        await primary.ExecuteAsync("SET GLOBAL rpl_semi_sync_source_enabled = ON", cancellationToken);
    }

    /// <summary>The journal forgets the replicas first; only then may a commit be acknowledged without them.</summary>
    public async Task DegradeAsync(Degrade decision, CancellationToken cancellationToken)
    {
        await using var primary = await connections.OpenAsync(decision.Primary, cancellationToken);
        await using var second = await semiSyncOff.PrepareAsync(decision.Primary, cancellationToken);
        var before = journal.Current;
        if (!before.InSync.IsEmpty)
        {
            await journal.WriteAsync(before with { InSync = [], Unsettled = Configured(before.Unsettled) }, decision.Reason, cancellationToken);
        }

        await semiSyncOff.RunAsync(primary, second, cancellationToken);
    }

    /// <summary>
    /// Turns waiting on, then proves that the replica holds everything acknowledged without it: a write of the coordinator's
    /// own that the replica acknowledges stands behind all of that in the binary log. The journal says so last.
    /// </summary>
    public async Task SynchronizeAsync(Synchronize decision, CancellationToken cancellationToken)
    {
        await using var primary = await connections.OpenAsync(decision.Primary, cancellationToken);
        await using var replica = await connections.OpenAsync(decision.Replica, cancellationToken);
        await CatchUpAsync(decision, primary, replica, cancellationToken);
        if (options.Value.SeveralReplicas)
        {
            await acknowledgements.OfferAsync(primary, replica, decision.Replica, decision.Reason, cancellationToken);
        }
        else if (!(await probe.ProbeAsync(decision.Replica, cancellationToken)).SemiSync.ReplicaActive)
        {
            await replica.ExecuteAsync("SET GLOBAL rpl_semi_sync_replica_enabled = ON", cancellationToken);
            await replica.ExecuteAsync("STOP REPLICA IO_THREAD", cancellationToken);
            await replica.ExecuteAsync("START REPLICA IO_THREAD", cancellationToken);
            throw new ActionException($"{decision.Replica} did not acknowledge; its receiver was started again to make it.");
        }

        var before = journal.Current;
        var after = before with { InSync = before.InSync.Add(decision.Replica), Unsettled = Configured(before.Unsettled?.Remove(decision.Replica)), GivenUp = Without(before.GivenUp, decision.Replica) };
        try
        {
            await WaitForAsync(primary, after.Acknowledgements, cancellationToken);
            await primary.ExecuteAsync(EpochTable.Write, options.Value.ReplicaLostAfter, cancellationToken, ("@epoch", before.Epoch), ("@node", decision.Primary)); // clients wait, too
            if (!await HoldsAsync(decision.Replica, await primary.ExecutedAsync(cancellationToken), cancellationToken))
            {
                throw new ActionException($"{decision.Replica} fell behind {decision.Primary} while it was being synchronized.");
            }

            var seen = (await probe.ProbeAsync(decision.Primary, cancellationToken)).SemiSync;
            if (!seen.SourceActive || seen.Clients < after.Acknowledgements)
            {
                throw new ActionException($"{decision.Primary} sees no replica acknowledge.");
            }

            await journal.WriteAsync(after, $"{decision.Replica} holds everything that {decision.Primary} acknowledged.", cancellationToken);
        }
        catch (Exception e) when (e is not SteppedDownException && leadership.Leads)
        {
            await ReleaseAsync(decision.Primary, journal.Current.Acknowledgements);
            throw;
        }
    }

    private async Task CatchUpAsync(Synchronize decision, NodeSession primary, NodeSession replica, CancellationToken cancellationToken)
    {
        var executed = await primary.ExecutedAsync(cancellationToken);
        if (!journal.Current.Witnesses.Contains(decision.Replica) && !(await probe.ProbeAsync(decision.Replica, cancellationToken)).Holds(executed))
        {
            await relayLog.HurryAsync(replica, decision.Replica, cancellationToken);
        }

        if (!await HoldsAsync(decision.Replica, executed, cancellationToken) || !await relayLog.SecureAsync(replica, decision.Replica, cancellationToken))
        {
            throw new ActionException($"{decision.Replica} is still catching up with {decision.Primary}; writes do not wait for it yet.");
        }
    }

    // Received is enough, for a promotion applies all that was received: under load a replica may never have applied everything. But it
    // has to have applied the epoch, by which it is known to have the data.
    private async Task<bool> HoldsAsync(string replica, GtidSet set, CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() + options.Value.ActionTimeout / 5;
        while (await probe.ProbeAsync(replica, cancellationToken) is var view && !(view.Holds(set) && view.Epoch == journal.Current.Epoch))
        {
            if (clock.GetUtcNow() > end)
            {
                return false;
            }

            await Task.Delay(Recheck, clock, cancellationToken);
        }

        return true;
    }

    private static ImmutableSortedSet<string>? Without(ImmutableSortedSet<string>? nodes, string node) => nodes?.Remove(node) is { IsEmpty: false } others ? others : null;

    // Where there is one replica it does not matter who is settled.
    private ImmutableSortedSet<string>? Configured(ImmutableSortedSet<string>? unsettled) =>
        options.Value.SeveralReplicas ? unsettled?.Intersect(options.Value.Nodes) : null;

    // A commit must not go on waiting for a replica that the journal does not count on. On a connection of its own: the
    // other one may be the one that waits. Not by a coordinator that has stepped down: the journal may count on the replica by
    // then, and what waits too long is put right by the next one.
    private async Task ReleaseAsync(string primary, int replicas)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(leadership.Lost);
        timeout.CancelAfter(options.Value.ActionTimeout);
        await using var session = await connections.OpenAsync(primary, timeout.Token);
        await WaitForAsync(session, replicas, timeout.Token);
    }
}
