using System.Collections.Immutable;
using FooBar.Data.Consistency;
using FooBar.Failover.Act;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace FooBar.Failover.Observe;

/// <summary>Asks one node for everything that a decision needs. Throws when the node cannot answer.</summary>
internal sealed class NodeProbe(NodeConnections connections, IOptions<FailoverOptions> options)
{
    public async Task<NodeView> ProbeAsync(string node, CancellationToken cancellationToken)
    {
        await using var session = await connections.OpenAsync(node, cancellationToken);
        var view = await ServerAsync(session, new NodeView(node), cancellationToken);
        if (view.OfflineMode)
        {
            // It may be about to stop. A login that the server overlooks in that moment would keep it from ending for as long as it is open.
            await session.LeavePoolAsync(cancellationToken);
        }

        return view with
        {
            SemiSync = await SemiSyncStatusAsync(session, view.SemiSync, cancellationToken),
            SiteSilence = await SiteAsync(session, cancellationToken),
            Replication = await ReplicationAsync(session, cancellationToken),
            Epoch = await EpochAsync(session, cancellationToken),
        };
    }

    // A full disk is in the server's log: it could not make a file larger (a moment ago), or it cannot write the binary log. Then it
    // waits, says so again only every 10 minutes, and meanwhile every commit waits, too. InnoDB's own thread for GTIDs is left in that
    // state by its last commit, and stays there for as long as it has nothing to do.
    private static async Task<NodeView> ServerAsync(NodeSession session, NodeView view, CancellationToken cancellationToken)
    {
        await using var rows = await session.QueryAsync("""
            SELECT COALESCE(@@GLOBAL.report_host, ''), @@GLOBAL.report_port, @@GLOBAL.server_uuid, @@GLOBAL.super_read_only, @@GLOBAL.offline_mode,
                   @@GLOBAL.gtid_executed, @@GLOBAL.rpl_semi_sync_source_enabled, @@GLOBAL.rpl_semi_sync_source_wait_for_replica_count,
                   EXISTS (SELECT 1 FROM performance_schema.clone_status WHERE STATE IN ('Not Started', 'In Progress')), @@GLOBAL.read_only,
                   @@GLOBAL.gtid_purged, @@GLOBAL.rpl_semi_sync_replica_enabled,
                   EXISTS (SELECT 1 FROM performance_schema.error_log
                           WHERE ERROR_CODE IN ('MY-000035', 'MY-012640') AND DATA LIKE '%No space left on device%'
                             AND (LOGGED > NOW(6) - INTERVAL 2 SECOND
                                  OR (LOGGED > NOW(6) - INTERVAL 11 MINUTE
                                      AND EXISTS (SELECT 1 FROM performance_schema.threads
                                                  WHERE TYPE = 'FOREGROUND' AND PROCESSLIST_STATE = 'waiting for handler commit' AND PROCESSLIST_TIME >= 2))))
            """, cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return view with
        {
            PeerHost = rows.GetString(0) is { Length: > 0 } host ? host : view.Name,
            PeerPort = Convert.ToInt32(rows.GetValue(1), null),
            ServerUuid = rows.GetString(2),
            SuperReadOnly = Convert.ToBoolean(rows.GetValue(3), null),
            OfflineMode = Convert.ToBoolean(rows.GetValue(4), null),
            Executed = GtidSet.Parse(rows.GetString(5)),
            SemiSync = new SemiSyncView
            {
                SourceEnabled = Convert.ToBoolean(rows.GetValue(6), null),
                WaitFor = Convert.ToInt32(rows.GetValue(7), null),
                ReplicaEnabled = Convert.ToBoolean(rows.GetValue(11), null),
            },
            Cloning = Convert.ToBoolean(rows.GetValue(8), null),
            ReadOnly = Convert.ToBoolean(rows.GetValue(9), null),
            DiskFull = Convert.ToBoolean(rows.GetValue(12), null),
            Purged = GtidSet.Parse(rows.GetString(10)),
        };
    }

    private static async Task<SemiSyncView> SemiSyncStatusAsync(NodeSession session, SemiSyncView view, CancellationToken cancellationToken)
    {
        await using var rows = await session.QueryAsync("""
            SELECT VARIABLE_NAME, VARIABLE_VALUE FROM performance_schema.global_status
            WHERE VARIABLE_NAME IN ('Rpl_semi_sync_source_status', 'Rpl_semi_sync_source_clients', 'Rpl_semi_sync_source_wait_sessions',
                                    'Rpl_semi_sync_source_yes_tx', 'Rpl_semi_sync_replica_status')
            """, cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var value = rows.GetString(1);
            view = rows.GetString(0) switch
            {
                "Rpl_semi_sync_source_status" => view with { SourceActive = value == "ON" },
                "Rpl_semi_sync_source_clients" => view with { Clients = int.Parse(value, null) },
                "Rpl_semi_sync_source_wait_sessions" => view with { WaitingCommits = int.Parse(value, null) },
                "Rpl_semi_sync_source_yes_tx" => view with { Acknowledged = long.Parse(value, null) },
                _ => view with { ReplicaActive = value == "ON" },
            };
        }

        return view;
    }

    // The latest statement of each host, by its beginning: that is when it arrived. The server counts these times from its own start.
    private async Task<ImmutableDictionary<string, TimeSpan>> SiteAsync(NodeSession session, CancellationToken cancellationToken)
    {
        if (options.Value.SiteSilentAfter == TimeSpan.Zero)
        {
            return ImmutableDictionary<string, TimeSpan>.Empty;
        }

        var silence = ImmutableDictionary.CreateBuilder<string, TimeSpan>();
        await using var rows = await session.QueryAsync($"""
            SELECT thread.PROCESSLIST_HOST, (CAST(own.TIMER_START AS SIGNED) - CAST(MAX(latest.TIMER_START) AS SIGNED)) DIV 1000000
            FROM performance_schema.threads thread
            JOIN performance_schema.events_statements_current latest USING (THREAD_ID)
            JOIN performance_schema.events_statements_current own ON own.THREAD_ID = PS_CURRENT_THREAD_ID()
            WHERE thread.PROCESSLIST_USER = '{options.Value.Application.User}' AND thread.PROCESSLIST_HOST <> '' AND latest.TIMER_START > 0
            GROUP BY thread.PROCESSLIST_HOST, own.TIMER_START
            """, cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            silence[rows.GetString(0)] = TimeSpan.FromMicroseconds(Convert.ToDouble(rows.GetValue(1), null));
        }

        return silence.ToImmutable();
    }

    public static async Task<ReplicationView?> ReplicationAsync(NodeSession session, CancellationToken cancellationToken)
    {
        await using var rows = await session.QueryAsync("""
            SELECT c.HOST, c.PORT, c.AUTO_POSITION, c.SSL_ALLOWED, s.SERVICE_STATE, a.SERVICE_STATE, s.RECEIVED_TRANSACTION_SET,
                   COALESCE(NULLIF(s.LAST_ERROR_MESSAGE, ''), (SELECT MAX(w.LAST_ERROR_MESSAGE)
                       FROM performance_schema.replication_applier_status_by_worker w WHERE w.CHANNEL_NAME = c.CHANNEL_NAME), ''),
                   GREATEST(0, TIMESTAMPDIFF(MICROSECOND, NULLIF(s.LAST_QUEUED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP, 0), NOW(6))),
                   c.SSL_VERIFY_SERVER_CERTIFICATE, c.SSL_CA_FILE,
                   TIMESTAMPDIFF(MICROSECOND, NULLIF(GREATEST(s.LAST_HEARTBEAT_TIMESTAMP, s.LAST_QUEUED_TRANSACTION_END_QUEUE_TIMESTAMP), 0), NOW(6))
            FROM performance_schema.replication_connection_configuration c
            JOIN performance_schema.replication_connection_status s USING (CHANNEL_NAME)
            JOIN performance_schema.replication_applier_status a USING (CHANNEL_NAME)
            WHERE CHANNEL_NAME = '' AND c.HOST <> ''
            """, cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
        {
            return null;
        }

        return new ReplicationView
        {
            SourceHost = rows.GetString(0),
            SourcePort = Convert.ToInt32(rows.GetValue(1), null),
            AutoPosition = rows.GetValue(2).ToString() == "1",
            Tls = rows.GetString(3) == "YES",
            IoState = rows.GetString(4),
            ApplierRunning = rows.GetString(5) == "ON",
            Received = GtidSet.Parse(rows.GetString(6)),
            LastError = rows.GetString(7) is { Length: > 0 } error ? WithoutCounter(error) : null,
            NewestReceivedAge = rows.IsDBNull(8) ? TimeSpan.Zero : TimeSpan.FromMicroseconds(Convert.ToDouble(rows.GetValue(8), null)),
            Verified = rows.GetString(9) == "YES",
            CertificateAuthority = rows.GetString(10),
            Silence = rows.IsDBNull(11) ? null : TimeSpan.FromMicroseconds(Convert.ToDouble(rows.GetValue(11), null)),
        };
    }

    // "... This was attempt 5/9, with a delay of 1 seconds between attempts. Message: Can't connect": the same error each second.
    private static string WithoutCounter(string error) =>
        error.IndexOf(" Message: ", StringComparison.Ordinal) is >= 0 and var start ? error[(start + " Message: ".Length)..] : error;

    private static async Task<long?> EpochAsync(NodeSession session, CancellationToken cancellationToken)
    {
        try
        {
            return await session.ScalarAsync(EpochTable.Read, cancellationToken) is { } epoch ? Convert.ToInt64(epoch, null) : null;
        }
        catch (MySqlException e) when (e.ErrorCode is MySqlErrorCode.NoSuchTable or MySqlErrorCode.UnknownDatabase)
        {
            return null;
        }
    }
}
