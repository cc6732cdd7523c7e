using System.Data.Common;
using FooBar.Data.Topology;
using MySqlConnector;

namespace FooBar.Data.Routing;

/// <summary>A connection to one copy of the data, for a few statements. No statement takes longer than its limit.</summary>
public abstract class Session : IAsyncDisposable
{
    private NodeConnection _connection;
    private NodeStatus _node;

    private protected Session(OpenedNode opened, TimeSpan statementTimeLimit) =>
        (_node, _connection, StatementTimeLimit) = (opened.Node, opened.Connection, statementTimeLimit);

    /// <summary>The name of the node that is asked.</summary>
    public string Node => _node.Name;

    /// <summary>What the node was when it was chosen: "primary" or "replica".</summary>
    public string Role => _node.Role == NodeRole.Primary ? "primary" : "replica";

    /// <summary>How long each of the following statements may take; the option StatementTimeLimit unless set here.</summary>
    public TimeSpan StatementTimeLimit { get; set; }

    private protected MySqlTransaction? Transaction { get; set; }

    private protected NodeEndpoint Endpoint => _node.Endpoint;

    /// <summary>All rows, each read by <paramref name="row"/>.</summary>
    /// <exception cref="DatabaseUnavailableException">No copy could be asked.</exception>
    /// <exception cref="TimeoutException">The statement took longer than <see cref="StatementTimeLimit"/>.</exception>
    public Task<IReadOnlyList<T>> QueryAsync<T>(Sql sql, Func<DbDataReader, T> row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sql);
        ArgumentNullException.ThrowIfNull(row);
        return RunAsync<IReadOnlyList<T>>(
            async (connection, token) =>
            {
                await using var command = sql.CommandOn(connection, Transaction, StatementTimeLimit);
                await using var reader = await command.ExecuteReaderAsync(token);
                var rows = new List<T>();
                while (await reader.ReadAsync(token))
                {
                    rows.Add(row(reader));
                }

                return rows;
            },
            cancellationToken);
    }

    /// <summary>The first row, or null if there is none.</summary>
    /// <exception cref="DatabaseUnavailableException">No copy could be asked.</exception>
    /// <exception cref="TimeoutException">The statement took longer than <see cref="StatementTimeLimit"/>.</exception>
    public async Task<T?> QueryFirstAsync<T>(Sql sql, Func<DbDataReader, T> row, CancellationToken cancellationToken)
        where T : class
        => await QueryAsync(sql, row, cancellationToken) is [var first, ..] ? first : null;

    /// <summary>The first column of the first row; null if there is no row or the value is NULL.</summary>
    /// <exception cref="DatabaseUnavailableException">No copy could be asked.</exception>
    /// <exception cref="TimeoutException">The statement took longer than <see cref="StatementTimeLimit"/>.</exception>
    public Task<object?> ScalarAsync(Sql sql, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sql);
        return RunAsync<object?>(
            async (connection, token) =>
            {
                await using var command = sql.CommandOn(connection, Transaction, StatementTimeLimit);
                return await command.ExecuteScalarAsync(token) is { } value and not DBNull ? value : null;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<T> RunAsync<T>(Func<MySqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    private protected Task<T> RunOnceAsync<T>(Func<MySqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        _connection.RunAsync(work, StatementTimeLimit, cancellationToken);

    private protected async Task MoveToAsync(OpenedNode opened)
    {
        var left = _connection;
        (_node, _connection) = (opened.Node, opened.Connection);
        await left.DisposeAsync();
    }
}
