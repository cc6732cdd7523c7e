using System.Globalization;
using FooBar.Data.Consistency;
using FooBar.Data.Routing;
using MySqlConnector;

namespace FooBar.Data.Topology;

/// <summary>
/// Asks one node what it is, over a connection of its own that it keeps: a busy pool must not make a node look dead, and
/// a probe must not pay for a handshake each time. A node that accepts the connection but answers no query is down.
/// </summary>
internal sealed class NodeProbe(DatabaseNode node, DataOptions options, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>
    /// One round trip. The lag is the age, since it arrived here, of the oldest transaction that is not applied: how long
    /// ago the newest one arrived plus how long before that one the oldest was committed, so that two clocks are never
    /// compared. A source that is not heard any more (it sends heartbeats when it has nothing else) counts from its last sign.
    /// </summary>
    private const string Questions = """
        SELECT @@GLOBAL.report_host, @@GLOBAL.super_read_only, @@GLOBAL.offline_mode, @@GLOBAL.gtid_executed;

        SELECT applier.SERVICE_STATE = 'ON',
               IF(receiver.SERVICE_STATE = 'ON',
                  TIMESTAMPDIFF(MICROSECOND,
                      NULLIF(GREATEST(receiver.LAST_HEARTBEAT_TIMESTAMP, receiver.LAST_QUEUED_TRANSACTION_END_QUEUE_TIMESTAMP), 0), NOW(6)),
                  NULL),
               IF(GTID_SUBSET(receiver.RECEIVED_TRANSACTION_SET, @@GLOBAL.gtid_executed),
                  0,
                  TIMESTAMPDIFF(MICROSECOND, NULLIF(receiver.LAST_QUEUED_TRANSACTION_START_QUEUE_TIMESTAMP, 0), NOW(6))
                  + COALESCE(TIMESTAMPDIFF(MICROSECOND,
                        (SELECT MIN(NULLIF(worker.APPLYING_TRANSACTION_IMMEDIATE_COMMIT_TIMESTAMP, 0))
                         FROM performance_schema.replication_applier_status_by_worker worker
                         WHERE worker.CHANNEL_NAME = receiver.CHANNEL_NAME),
                        NULLIF(receiver.LAST_QUEUED_TRANSACTION_IMMEDIATE_COMMIT_TIMESTAMP, 0)), 0))
        FROM performance_schema.replication_connection_status receiver
        JOIN performance_schema.replication_applier_status applier USING (CHANNEL_NAME)
        WHERE receiver.CHANNEL_NAME = '';

        SELECT epoch FROM failover.epoch WHERE id = 1;
        """;

    private NodeConnection? _connection;

    /// <summary>Probes within the time limit of the options. Throws only when it is cancelled.</summary>
    public async Task<Observation> ProbeAsync(CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        try
        {
            _connection ??= await NodeConnection.OpenAsync(node, options.ProbeTimeLimit, clock, CancellationToken.None, cancellationToken);
            var left = options.ProbeTimeLimit - clock.GetElapsedTime(start);
            return Observation.Of(node.Endpoint, await _connection.RunAsync(AskAsync, left, cancellationToken));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && MySqlFailure.IsFromDatabase(e))
        {
            await DisposeAsync();
            return Observation.Failed(node.Endpoint, e is TimeoutException
                ? string.Create(CultureInfo.InvariantCulture, $"does not answer within {options.ProbeTimeLimit.TotalSeconds:0.###} s")
                : $"does not answer: {e.Message.TrimEnd('.')}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
            _connection = null;
        }
    }

    private async Task<NodeFacts> AskAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new MySqlCommand(Questions, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var name = await reader.IsDBNullAsync(0, cancellationToken) || reader.GetString(0).Length == 0 ? node.Endpoint.ToString() : reader.GetString(0);
        var facts = new NodeFacts(name, ReadFlag(reader, 1), ReadFlag(reader, 2), Epoch: 0, Replication: null)
        {
            Executed = GtidSet.TryParse(reader.GetString(3), out var executed) ? executed : GtidSet.Empty,
        };

        await reader.NextResultAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
        {
            facts = facts with { Replication = new(ReadFlag(reader, 0), ReadLag(reader)) };
        }

        return facts with { Epoch = await ReadEpochAsync(reader, cancellationToken) };
    }

    private static bool ReadFlag(MySqlDataReader reader, int column) => Convert.ToInt64(reader.GetValue(column), null) != 0;

    private static TimeSpan? ReadLag(MySqlDataReader reader)
    {
        if (reader.IsDBNull(1) || reader.IsDBNull(2))
        {
            return null;
        }

        // Silence below a second is the pause between two heartbeats.
        var silence = TimeSpan.FromMicroseconds(reader.GetInt64(1));
        var unapplied = TimeSpan.FromMicroseconds(Math.Max(0, reader.GetInt64(2)));
        return silence > TimeSpan.FromSeconds(1) && silence > unapplied ? silence : unapplied;
    }

    private static async Task<long> ReadEpochAsync(MySqlDataReader reader, CancellationToken cancellationToken)
    {
        try
        {
            await reader.NextResultAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? reader.GetInt64(0) : 0;
        }
        catch (MySqlException e) when (e.ErrorCode is MySqlErrorCode.NoSuchTable or MySqlErrorCode.UnknownDatabase)
        {
            return 0; // no coordinator has been here yet
        }
    }
}
