using MySqlConnector;

namespace FooBar.Failover.Act;

/// <summary>
/// Lets commits go on without acknowledgements, without the second that the server takes for it by itself: it releases those that
/// wait at once, but then waits for its thread that receives acknowledgements, which looks up once a second, or when a replica's
/// connection ends. Until then nobody can log in or read a global variable. So one that acknowledges and has been sent everything has
/// its connection ended; it connects again by itself, or is attached again. See docs/decisions/semi-sync-off.md.
/// </summary>
internal sealed class SemiSyncOff(NodeConnections connections, TimeProvider clock)
{
    private static readonly TimeSpan OpensWithin = TimeSpan.FromMilliseconds(500), Recheck = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// How long the server gets to go from releasing commits to waiting for its thread. Woken before that, the thread sleeps for
    /// its second all the same.
    /// </summary>
    private static readonly TimeSpan BeginsToWaitWithin = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Opens the second session that <see cref="RunAsync"/> needs to be quick; null where that is not possible, for what has to be
    /// turned off is turned off in any case.
    /// </summary>
    public async Task<NodeSession?> PrepareAsync(string node, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(OpensWithin);
        try
        {
            return await connections.OpenAsync(node, limit.Token);
        }
        catch (Exception e) when (e is MySqlException or ActionException or OperationCanceledException or TimeoutException or IOException
            && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <param name="session">Turns it off.</param>
    /// <param name="second">Another session of the same node.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task RunAsync(NodeSession session, NodeSession? second, CancellationToken cancellationToken)
    {
        var off = session.ExecuteAsync("SET GLOBAL rpl_semi_sync_source_enabled = OFF", cancellationToken);
        try
        {
            if (second is not null)
            {
                await HastenAsync(off, second, cancellationToken);
            }
        }
        catch (Exception e) when (e is MySqlException or TimeoutException or IOException)
        {
            // Then it takes its second.
        }
        finally
        {
            await off;
        }
    }

    private async Task HastenAsync(Task off, NodeSession second, CancellationToken cancellationToken)
    {
        while (!await EndsWithinAsync(off, Recheck, cancellationToken))
        {
            if (await second.ScalarAsync("""
                SELECT thread.PROCESSLIST_ID
                FROM performance_schema.user_variables_by_thread offer
                JOIN performance_schema.threads thread USING (THREAD_ID)
                JOIN performance_schema.global_status waiting ON waiting.VARIABLE_NAME = 'Rpl_semi_sync_source_status' AND waiting.VARIABLE_VALUE = 'OFF'
                WHERE offer.VARIABLE_NAME = 'rpl_semi_sync_replica' AND offer.VARIABLE_VALUE = '1' AND thread.PROCESSLIST_STATE LIKE '%has sent all binlog%'
                LIMIT 1
                """, cancellationToken) is { } replica)
            {
                if (!await EndsWithinAsync(off, BeginsToWaitWithin, cancellationToken))
                {
                    await second.KillAsync(Convert.ToInt64(replica, null), cancellationToken);
                }

                return;
            }
        }
    }

    private async Task<bool> EndsWithinAsync(Task off, TimeSpan time, CancellationToken cancellationToken) =>
        await Task.WhenAny(off, Task.Delay(time, clock, cancellationToken)) == off;
}
