namespace FooBar.AppHost.MySqlCluster;

/// <summary>The arguments of a node's mysqld.</summary>
internal static class MySqlNodeSettings
{
    /// <summary>Where a published node finds its certificate, the key and the authority that signed it.</summary>
    public const string CertificateDirectory = "/etc/mysql-tls";

    /// <summary>The authority, by which replicas tell their primary from somebody else.</summary>
    public const string CertificateAuthority = $"{CertificateDirectory}/ca.crt";

    /// <summary>What tells a node from the others.</summary>
    /// <param name="serverId">A number that no other node has, from 1.</param>
    /// <param name="host">The name by which its peers reach it.</param>
    public static IEnumerable<string> Identity(string serverId, string host) => [$"--server-id={serverId}", $"--report-host={host}"];

    /// <summary>Everything for a node that makes its certificate itself.</summary>
    public static IEnumerable<string> Arguments(int number, string host) => [.. Identity($"{number}", host), .. Common];

    /// <summary>A certificate that clients verify; without it a node makes one of its own, which encrypts and proves nothing.</summary>
    public static IEnumerable<string> Certificate =>
        [$"--ssl-ca={CertificateAuthority}", $"--ssl-cert={CertificateDirectory}/tls.crt", $"--ssl-key={CertificateDirectory}/tls.key"];

    /// <summary>What all nodes have in common.</summary>
    public static IEnumerable<string> Common =>
    [
        // Replication by GTID, rows only, TLS for everybody.
        "--gtid-mode=ON",
        "--enforce-gtid-consistency=ON",
        "--log-bin=binlog",
        "--binlog-row-image=FULL",
        "--binlog-rows-query-log-events=ON",
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

        // A node that has a replica waits 8 s for this thread when it stops, and nobody is promoted before.
        "--event-scheduler=OFF",

        "--plugin-load-add=semisync_source.so;semisync_replica.so;mysql_clone.so",

        // Without one of these it must not start: on a full disk clone fails, and nothing would load it later. Unknown while the data
        // directory is made.
        "--loose-rpl-semi-sync-source=FORCE",
        "--loose-rpl-semi-sync-replica=FORCE",
        "--loose-clone=FORCE",

        // Room for the pools of seven replicas of the site (six, and one that replaces another), 40 each, on one node.
        "--max-connections=400",

        // A laptop runs all nodes beside everything else.
        "--innodb-buffer-pool-size=128M",
        "--innodb-log-buffer-size=8M",
        "--innodb-redo-log-capacity=64M",
        "--table-open-cache=400",
        "--table-definition-cache=500",
        "--performance-schema-max-table-instances=500",
        "--performance-schema-max-digest-length=256",
        "--mysqlx=OFF",
        "--loose-innodb-numa-interleave=OFF",
    ];
}
