using System.Data;
using System.Data.Common;

namespace MySqlConnector;

public sealed class MySqlTransaction : DbTransaction
{
    private MySqlTransaction(MySqlConnection connection, IsolationLevel isolationLevel)
    {
        Connection = connection;
        IsolationLevel = isolationLevel;
    }

    /// <summary>Null once the transaction has ended.</summary>
    public new MySqlConnection? Connection { get; private set; }

    public override IsolationLevel IsolationLevel { get; }

    protected override DbConnection? DbConnection => Connection;

    public override void Commit() => CommitAsync().GetAwaiter().GetResult();

    public override Task CommitAsync(CancellationToken cancellationToken = default) => EndAsync("Commit", cancellationToken);

    public override void Rollback() => RollbackAsync().GetAwaiter().GetResult();

    public override Task RollbackAsync(CancellationToken cancellationToken = default) => EndAsync("Rollback", cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        if (Connection is { State: ConnectionState.Open } connection)
        {
            try
            {
                if (connection.ActiveReader is { } reader)
                {
                    await reader.DisposeAsync();
                }

                await EndAsync("Rollback", CancellationToken.None);
            }
            catch (MySqlException)
            {
                // Without its connection the transaction is rolled back all the same, and whoever disposes is often failing already.
                connection.OpenSession.Break(Task.CompletedTask);
            }
        }

        Detach();
    }

    internal static async ValueTask<MySqlTransaction> BeginAsync(MySqlConnection connection, IsolationLevel level, bool? isReadOnly, CancellationToken cancellationToken)
    {
        var session = connection.OpenSession;
        if (connection.CurrentTransaction is not null)
        {
            throw new InvalidOperationException("Transactions may not be nested.");
        }

        var isolation = level switch
        {
            IsolationLevel.Unspecified or IsolationLevel.RepeatableRead or IsolationLevel.Snapshot => "REPEATABLE READ",
            IsolationLevel.ReadCommitted => "READ COMMITTED",
            IsolationLevel.ReadUncommitted => "READ UNCOMMITTED",
            IsolationLevel.Serializable => "SERIALIZABLE",
            _ => throw new NotSupportedException($"IsolationLevel.{level} is not supported."),
        };
        string[] characteristics =
        [
            .. level == IsolationLevel.Snapshot ? ["WITH CONSISTENT SNAPSHOT"] : Array.Empty<string>(),
            .. isReadOnly is { } only ? [only ? "READ ONLY" : "READ WRITE"] : Array.Empty<string>(),
        ];
        await session.ExecuteAsync($"SET TRANSACTION ISOLATION LEVEL {isolation}; START TRANSACTION {string.Join(", ", characteristics)}",
            (int)connection.Settings.DefaultCommandTimeout, cancellationToken);
        return connection.CurrentTransaction = new MySqlTransaction(connection, level);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private async Task EndAsync(string how, CancellationToken cancellationToken)
    {
        if (Connection is not { } connection || connection.CurrentTransaction != this)
        {
            throw new InvalidOperationException("Already committed or rolled back.");
        }

        using var activity = Telemetry.Start(how, connection.Settings, connection.OpenSession);
        try
        {
            await connection.OpenSession.ExecuteAsync(how.ToUpperInvariant(), (int)connection.Settings.DefaultCommandTimeout, cancellationToken);
            Detach();
        }
        catch (Exception e)
        {
            activity.Fail(e);
            throw;
        }
    }

    private void Detach()
    {
        if (Connection is { } connection && connection.CurrentTransaction == this)
        {
            connection.CurrentTransaction = null;
        }

        Connection = null;
    }
}
