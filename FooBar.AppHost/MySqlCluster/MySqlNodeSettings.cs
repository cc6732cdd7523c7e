namespace FooBar.AppHost.MySqlCluster;

/// <summary>The arguments of a node's mysqld.</summary>
internal static class MySqlNodeSettings
{
    /// <param name="number">1 for the first node; its server id.</param>
    /// <param name="host">The name by which its peers reach it.</param>
    public static IEnumerable<string> Arguments(int number, string host) =>
    [
        $"--server-id={number}",
        $"--report-host={host}",

        // Replication by GTID, rows only, TLS for everybody.
        "--gtid-mode=ON",
        "--enforce-gtid-consistency=ON",
        "--log-bin=binlog",
        "--binlog-row-image=FULL",
        "--require-secure-transport=ON",
        "--skip-name-resolve=ON",

        // A crash forgets nothing: not the primary's binary log, not what a replica has acknowledged. Relay log recovery would
        // drop what is received and not applied, trusting in the source to send it again; the source may be what was lost.
        "--sync-binlog=1",
        "--innodb-flush-log-at-trx-commit=1",
        "--relay-log=relay",
        "--relay-log-recovery=OFF",
        "--sync-relay-log=1",
        "--replica-preserve-commit-order=ON",
        "--replica-net-timeout=4",

        "--plugin-load-add=semisync_source.so;semisync_replica.so;mysql_clone.so",

        // A laptop runs all nodes beside everything else.
        "--innodb-buffer-pool-size=128M",
        "--innodb-log-buffer-size=8M",
        "--innodb-redo-log-capacity=64M",
        "--table-open-cache=400",
        "--table-definition-cache=500",
        "--max-connections=200",
        "--performance-schema-max-table-instances=500",
        "--performance-schema-max-digest-length=256",
        "--mysqlx=OFF",
        "--loose-innodb-numa-interleave=OFF",
    ];
}
