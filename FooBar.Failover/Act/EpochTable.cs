namespace FooBar.Failover.Act;

/// <summary>
/// The epoch inside the database, in the one row of <c>failover.epoch</c>: the first transaction of every primary. Clients
/// follow the highest epoch that they have ever seen, so a former primary serves nobody.
/// </summary>
internal static class EpochTable
{
    public const string Read = "SELECT epoch FROM failover.epoch WHERE id = 1";

    public const string CreateSchema = "CREATE DATABASE IF NOT EXISTS failover";

    public const string CreateTable = """
        CREATE TABLE IF NOT EXISTS failover.epoch (
            id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
            epoch BIGINT UNSIGNED NOT NULL,
            primary_node VARCHAR(255) NOT NULL,
            confirmed_at TIMESTAMP(6) NOT NULL,
            CHECK (id = 1))
        """;

    /// <summary>Parameters <c>@epoch</c> and <c>@node</c>.</summary>
    public const string Write = """
        INSERT INTO failover.epoch (id, epoch, primary_node, confirmed_at) VALUES (1, @epoch, @node, NOW(6)) AS new
        ON DUPLICATE KEY UPDATE epoch = new.epoch, primary_node = new.primary_node, confirmed_at = new.confirmed_at
        """;
}
