using FooBar.Failover.Journal;
using FooBar.Failover.Observe;
using Microsoft.Extensions.Options;

namespace FooBar.Failover.Act;

/// <summary>
/// Who may acknowledge, of several replicas. A commit waits for one acknowledgement, whoever gives it, and MySQL takes it from every
/// replica that offered it when it connected. So each offers it for one connection only, and one whose
/// acknowledgements are to count no more has that connection ended: it cannot start again by itself. The journal names a replica before
/// it can acknowledge, and as unsettled for as long as that might not be for one connection only.
/// </summary>
internal sealed class Acknowledgements(
    NodeConnections connections, ClusterObserver observer, IJournal journal, IOptions<FailoverOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Connects a replica anew, so that it acknowledges, and does so for this connection only. The caller's journal entry settles it.</summary>
    public async Task OfferAsync(NodeSession primary, NodeSession replica, string name, string reason, CancellationToken cancellationToken)
    {
        var before = journal.Current;
        if (before.Unsettled?.Contains(name) != true)
        {
            await journal.WriteAsync(before with { Unsettled = (before.Unsettled ?? []).Add(name) }, reason, cancellationToken);
        }

        await KeepAsync(primary, before.Witnesses.Remove(name), cancellationToken);
        var uuid = (string)(await replica.ScalarAsync("SELECT @@GLOBAL.server_uuid", cancellationToken))!;
        await replica.ExecuteAsync("STOP REPLICA IO_THREAD", cancellationToken);
        await replica.ExecuteAsync("SET GLOBAL rpl_semi_sync_replica_enabled = ON", cancellationToken);
        await replica.ExecuteAsync("START REPLICA IO_THREAD", cancellationToken);
        bool offered;
        try
        {
            offered = await WithinLimitAsync(async () => (await GivenAsync(primary, cancellationToken)).Any(given => given.ServerUuid == uuid), cancellationToken);
        }
        finally
        {
            await replica.ExecuteAsync("SET GLOBAL rpl_semi_sync_replica_enabled = OFF", cancellationToken);
        }

        if (!offered)
        {
            throw new ActionException($"{name} did not acknowledge within {Limit.TotalSeconds} s.");
        }
    }

    /// <summary>
    /// From now on nobody acknowledges but these replicas, and those that the journal names as unsettled: a settled one whose connection
    /// is ended offers nothing when it connects again.
    /// </summary>
    public async Task KeepAsync(NodeSession primary, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var views = await Task.WhenAll(names.Where(options.Value.Nodes.Contains).Select(name => observer.ViewAsync(name, cancellationToken)));
        var kept = views.Where(view => view.Reachable).Select(view => view.ServerUuid).ToHashSet();
        var others = (await GivenAsync(primary, cancellationToken)).Where(given => !kept.Contains(given.ServerUuid)).ToList();
        foreach (var (connection, _) in others)
        {
            await primary.KillAsync(connection, cancellationToken);
        }

        if (!await WithinLimitAsync(async () => !(await GivenAsync(primary, cancellationToken)).Intersect(others).Any(), cancellationToken))
        {
            throw new ActionException($"A replica that may not acknowledge any more is still connected after {Limit.TotalSeconds} s.");
        }
    }

    /// <summary>Leaves one out. The write of the coordinator's own stands in the binary log behind all that it alone may have acknowledged.</summary>
    public async Task ExcludeAsync(string primaryName, string name, string reason, CancellationToken cancellationToken)
    {
        await using var primary = await connections.OpenAsync(primaryName, cancellationToken);
        var before = journal.Current;
        var after = before with { InSync = before.InSync.Remove(name), Unsettled = before.Unsettled?.Remove(name) };
        await KeepAsync(primary, after.InSync, cancellationToken);
        await primary.ExecuteAsync(EpochTable.Write, options.Value.ReplicaLostAfter, cancellationToken, ("@epoch", before.Epoch), ("@node", primaryName));
        await journal.WriteAsync(after, reason, cancellationToken);
    }

    // The primary's side of each connection whose replica has offered to acknowledge.
    private static async Task<List<(long Connection, string ServerUuid)>> GivenAsync(NodeSession primary, CancellationToken cancellationToken)
    {
        var given = new List<(long, string)>();
        await using var rows = await primary.QueryAsync("""
            SELECT thread.PROCESSLIST_ID, CAST(uuid.VARIABLE_VALUE AS CHAR)
            FROM performance_schema.user_variables_by_thread offer
            JOIN performance_schema.user_variables_by_thread uuid USING (THREAD_ID)
            JOIN performance_schema.threads thread USING (THREAD_ID)
            WHERE offer.VARIABLE_NAME = 'rpl_semi_sync_replica' AND offer.VARIABLE_VALUE = '1' AND uuid.VARIABLE_NAME = 'replica_uuid'
            """, cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            given.Add((Convert.ToInt64(rows.GetValue(0), null), rows.GetString(1)));
        }

        return given;
    }

    private async Task<bool> WithinLimitAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() + Limit;
        while (!await condition())
        {
            if (clock.GetUtcNow() > end)
            {
                return false;
            }

            await Task.Delay(Recheck, clock, cancellationToken);
        }

        return true;
    }
}
