using System.Data.Common;
using FooBar.Data.Consistency;
using FooBar.Failover.Leadership;
using MySqlConnector;

namespace FooBar.Failover.Act;

/// <summary>One open connection to one node.</summary>
internal sealed class NodeSession(MySqlConnection connection, ILeadership leadership) : IAsyncDisposable
{
    public async Task<DbDataReader> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, []);
        return await command.ExecuteReaderAsync(cancellationToken);
    }

    public async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken, params (string Name, object Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync(cancellationToken) is { } value and not DBNull ? value : null;
    }

    /// <exception cref="SteppedDownException">This process does not lead any more; nothing was changed.</exception>
    public Task ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object Value)[] parameters) =>
        ExecuteAsync(sql, limit: null, cancellationToken, parameters);

    /// <param name="sql">The statement.</param>
    /// <param name="limit">How long it may take; null for the limit of every action.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="parameters">What stands in its place.</param>
    public async Task ExecuteAsync(string sql, TimeSpan? limit, CancellationToken cancellationToken, params (string Name, object Value)[] parameters)
    {
        leadership.Demand();
        await using var command = Command(sql, parameters);
        command.CommandTimeout = limit is { } time ? (int)Math.Ceiling(time.TotalSeconds) : command.CommandTimeout;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends another connection of the server; one that has ended by itself is fine, too.</summary>
    public async Task KillAsync(long connectionId, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync($"KILL {connectionId}", cancellationToken);
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.NoSuchThread)
        {
        }
    }

    public async Task<GtidSet> ExecutedAsync(CancellationToken cancellationToken) =>
        GtidSet.Parse((string)(await ScalarAsync("SELECT @@GLOBAL.gtid_executed", cancellationToken))!);

    /// <summary>Waits until the node has executed a set; false when the time is over.</summary>
    public async Task<bool> WaitForExecutedAsync(GtidSet set, TimeSpan limit, CancellationToken cancellationToken) =>
        await ScalarAsync("SELECT WAIT_FOR_EXECUTED_GTID_SET(@set, @seconds)", cancellationToken,
            ("@set", set.ToString()), ("@seconds", limit.TotalSeconds)) is { } timedOut && Convert.ToInt32(timedOut, null) == 0;

    /// <summary>Closes all that is kept open to this node, this session included when it is disposed of.</summary>
    public Task LeavePoolAsync(CancellationToken cancellationToken) => MySqlConnection.ClearPoolAsync(connection, cancellationToken);

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private MySqlCommand Command(string sql, (string Name, object Value)[] parameters)
    {
        var command = new MySqlCommand(sql, connection);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
