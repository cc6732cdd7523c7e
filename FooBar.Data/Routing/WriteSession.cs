using FooBar.Data.Consistency;
using MySqlConnector;

namespace FooBar.Data.Routing;

/// <summary>A session with the primary.</summary>
public sealed class WriteSession : Session
{
    private readonly Database _database;

    internal WriteSession(Database database, OpenedNode opened)
        : base(opened, database.Options.StatementTimeLimit) => _database = database;

    /// <summary>Carries out a statement that returns no rows, and returns how many rows it touched.</summary>
    /// <exception cref="NoPrimaryException">The node is not the primary any more; nothing has been written.</exception>
    /// <exception cref="OutcomeUnknownException">The primary went away before it answered.</exception>
    public Task<int> ExecuteAsync(Sql sql, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sql);
        return RunAsync(
            async (connection, token) =>
            {
                await using var command = sql.CommandOn(connection, Transaction, StatementTimeLimit);
                return await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken);
    }

    /// <summary>
    /// Makes the following statements one transaction, until <see cref="CommitAsync"/>. A session that is disposed before
    /// that rolls back.
    /// </summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (Transaction is not null)
        {
            throw new InvalidOperationException("The session is in a transaction already; commit it first.");
        }

        Transaction = await RunAsync((connection, token) => connection.BeginTransactionAsync(token).AsTask(), cancellationToken);
    }

    /// <summary>
    /// Makes the transaction's changes permanent. Returns when the primary has acknowledged them: while a replica is in sync, it has
    /// received them by then.
    /// </summary>
    /// <exception cref="OutcomeUnknownException">The primary went away before it answered.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        var transaction = Transaction ?? throw new InvalidOperationException("The session is in no transaction; begin one first.");
        await RunAsync(
            async (_, token) =>
            {
                await transaction.CommitAsync(token);
                return true;
            },
            cancellationToken);
        await transaction.DisposeAsync();
        Transaction = null;
    }

    /// <summary>A position behind everything that this session has committed; null on a server that keeps no GTIDs.</summary>
    /// <remarks>
    /// The server could tell the transaction's own GTID with the commit's answer, but MySqlConnector does not pass that on. The
    /// last one of all is at most a few transactions later.
    /// </remarks>
    internal async Task<WritePosition?> PositionAsync(CancellationToken cancellationToken)
    {
        // Nothing is locked any more, so that the connection may idle in its pool again.
        var rows = await QueryAsync(
            $"""
            SELECT @@GLOBAL.server_uuid, @@GLOBAL.gtid_executed;
            SET SESSION wait_timeout = DEFAULT
            """, row => (Server: row.GetString(0), Executed: row.GetString(1)), cancellationToken);
        return GtidSet.Parse(rows[0].Executed).LastOf(Guid.Parse(rows[0].Server));
    }

    private protected override async Task<T> RunAsync<T>(
        Func<MySqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await RunOnceAsync(work, cancellationToken);
        }
        catch (Exception e) when (MySqlFailure.IsFenced(e))
        {
            _database.Suspect();
            throw new NoPrimaryException($"{Node} takes no writes any more: {e.Message}", e);
        }
        catch (Exception e) when (MySqlFailure.IsConnection(e) && !cancellationToken.IsCancellationRequested)
        {
            _database.Suspect();
            throw new OutcomeUnknownException($"{Node} went away before it answered: {e.Message}", e);
        }
    }
}
