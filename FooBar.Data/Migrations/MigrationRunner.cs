using System.Globalization;
using FooBar.Data.Routing;
using FooBar.Data.Topology;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace FooBar.Data.Migrations;

/// <summary>Applies what is pending, through the account that may change the schema.</summary>
internal sealed partial class MigrationRunner(
    MigrationSource source, Database database, TopologyBoard board, IOptions<DataOptions> options, TimeProvider clock, ILogger<MigrationRunner> logger)
{
    private static readonly TimeSpan PrimaryWait = TimeSpan.FromSeconds(1);

    /// <summary>Whether any copy that can be read says that nothing is pending: then a start needs no primary.</summary>
    public async Task<bool> IsCurrentAsync(CancellationToken cancellationToken)
    {
        if (!board.Current.IsReadable)
        {
            return false;
        }

        await using var session = await database.OpenAsync(ReadFrom.Replica, cancellationToken);
        try
        {
            return MigrationPlan.Pending(source.Known, await AppliedAsync(session, cancellationToken)).Count == 0;
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.NoSuchTable)
        {
            return false;
        }
    }

    /// <summary>Applies what is pending.</summary>
    /// <returns>Null when nothing is pending any more, else what has to be waited for.</returns>
    public async Task<string?> ApplyAsync(CancellationToken cancellationToken)
    {
        if (await board.WaitForAsync(Route.ForWriting, PrimaryWait, cancellationToken) is not { } primary)
        {
            return $"waiting for a primary: {board.Current.Summary}";
        }

        var connection = await NodeConnection.OpenAsync(source.Nodes[primary.Endpoint], options.Value.OpenTimeLimit, clock, CancellationToken.None, cancellationToken);
        await using var session = new WriteSession(database, new OpenedNode(primary, connection));

        // The lock belongs to the connection: it goes when the session is disposed, and also when this process dies.
        if (Convert.ToInt32(await session.ScalarAsync($"SELECT GET_LOCK('foobar.migrations', 1)", cancellationToken), CultureInfo.InvariantCulture) != 1)
        {
            return "waiting for another process that is migrating";
        }

        await CreateTableAsync(session, cancellationToken);
        foreach (var migration in MigrationPlan.Pending(source.Known, await AppliedAsync(session, cancellationToken)))
        {
            session.StatementTimeLimit = options.Value.MigrationTimeLimit;
            await session.ExecuteAsync(Sql.FromFile(migration.Sql), cancellationToken);
            await NoteAsync(session, migration, cancellationToken);
            LogApplied(migration.Name, primary.Name);
        }

        return null;
    }

    private static async Task CreateTableAsync(WriteSession session, CancellationToken cancellationToken) => await session.ExecuteAsync($"""
        CREATE TABLE IF NOT EXISTS schema_migrations (
            number     INT          NOT NULL PRIMARY KEY,
            name       VARCHAR(200) NOT NULL,
            checksum   CHAR(64)     NOT NULL,
            applied_at DATETIME(3)  NOT NULL
        )
        """, cancellationToken);

    private static Task<IReadOnlyList<AppliedMigration>> AppliedAsync(Session session, CancellationToken cancellationToken) => session.QueryAsync(
        $"SELECT number, name, checksum FROM schema_migrations ORDER BY number",
        row => new AppliedMigration(row.GetInt32(0), row.GetString(1), row.GetString(2)), cancellationToken);

    private async Task NoteAsync(WriteSession session, Migration migration, CancellationToken cancellationToken) => await session.ExecuteAsync($"""
        INSERT INTO schema_migrations (number, name, checksum, applied_at)
        VALUES ({migration.Number}, {migration.Name}, {migration.Checksum}, {clock.GetUtcNow().UtcDateTime})
        """, cancellationToken);

    [LoggerMessage(5101, LogLevel.Information, "Applied migration {Migration} on {Node}")]
    private partial void LogApplied(string migration, string node);
}
