using Microsoft.Extensions.Options;

namespace FooBar.Failover.Act;

/// <summary>
/// The cluster's accounts, each with what it needs and no more. All require TLS. The application's keep no privilege
/// that survives <c>offline_mode</c>, which is what fences an old primary's clients off; replication's does, so that an old
/// primary can still hand over its last transactions.
/// </summary>
internal sealed class AccountGrants(IOptions<FailoverOptions> options)
{
    private static readonly string[] ReplicationTables =
    [
        "replication_connection_configuration", "replication_connection_status", "replication_applier_status",
        "replication_applier_status_by_worker", "replication_applier_status_by_coordinator",
    ];

    public async Task ApplyAsync(NodeSession node, CancellationToken cancellationToken)
    {
        var rules = options.Value;
        var database = rules.Database.Replace("_", @"\_", StringComparison.Ordinal); // in a grant it is a pattern
        var topology = ReplicationTables.Select(table => $"SELECT ON performance_schema.{table}").Append("SELECT ON failover.*").ToArray();

        await CreateAsync(node, rules.Replication, ["REPLICATION SLAVE, CONNECTION_ADMIN ON *.*"], cancellationToken);
        await CreateAsync(node, rules.Application, [$"SELECT, INSERT, UPDATE, DELETE ON `{database}`.*", .. topology], cancellationToken);
        await CreateAsync(node, rules.Migrations, [$"ALL ON `{database}`.*", .. topology], cancellationToken);
        await CreateAsync(node, rules.Coordinator,
        [
            "RELOAD, REPLICATION CLIENT, REPLICATION SLAVE, REPLICATION_SLAVE_ADMIN, SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN, BACKUP_ADMIN, CLONE_ADMIN ON *.*",
            "SELECT ON performance_schema.*",
            "SELECT, INSERT, UPDATE ON failover.*",
        ], cancellationToken);
    }

    private static async Task CreateAsync(NodeSession node, FailoverOptions.Account account, string[] grants, CancellationToken cancellationToken)
    {
        await node.ExecuteAsync($"CREATE USER IF NOT EXISTS '{account.User}'@'%' IDENTIFIED BY @password REQUIRE SSL", cancellationToken, ("@password", account.Password));
        foreach (var grant in grants)
        {
            await node.ExecuteAsync($"GRANT {grant} TO '{account.User}'@'%'", cancellationToken);
        }
    }
}
