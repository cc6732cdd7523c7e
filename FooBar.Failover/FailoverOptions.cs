using FooBar.Failover.Kubernetes;

namespace FooBar.Failover;

/// <summary>What the coordinator has to know; bound from the configuration section <c>Failover</c> and validated at start.</summary>
public sealed class FailoverOptions
{
    public const string Section = "Failover";

    /// <summary>The cluster's nodes, by the names of their connection strings. The first one becomes primary of a new cluster.</summary>
    public List<string> Nodes { get; } = [];

    /// <summary>Whether a commit may be acknowledged by one of several replicas, so that it matters which ones may.</summary>
    public bool SeveralReplicas => Nodes.Count > 2;

    /// <summary>
    /// The file that remembers the epoch, the primary and who holds everything; on a disk that outlives the coordinator. Either
    /// this or <see cref="KubernetesOptions.Journal"/>.
    /// </summary>
    public string JournalPath { get; set; } = "";

    /// <summary>Where the journal is in Kubernetes, instead of in a file.</summary>
    public KubernetesOptions Kubernetes { get; } = new();

    /// <summary>The application's database, made when the cluster is new.</summary>
    public string Database { get; set; } = "";

    /// <summary>The account that the coordinator works with. The connection strings' own account is used only on a node that is still empty.</summary>
    public Account Coordinator { get; } = new();

    /// <summary>The account that replicas read the primary's binary log with.</summary>
    public Account Replication { get; } = new();

    /// <summary>
    /// The certificate authority, as a file on the MySQL nodes, that a replica verifies its source's certificate and host name with.
    /// Empty: encrypted and not verified. A replica that replicates when this changes takes it over when it is next attached.
    /// </summary>
    public string ReplicationCertificateAuthority { get; set; } = "";

    /// <summary>The account of the application: rows, no tables.</summary>
    public Account Application { get; } = new();

    /// <summary>The account that changes the application's tables.</summary>
    public Account Migrations { get; } = new();

    /// <summary>Time between the end of one cycle of observing, deciding and acting and the start of the next.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a node may take to answer a probe before it counts as unreachable.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// After how long without a sign, a heartbeat every half second or a transaction, a replica does not hear its source any more.
    /// A primary that does not answer the coordinator either is then lost.
    /// </summary>
    public TimeSpan SourceSilentAfter { get; set; } = TimeSpan.FromSeconds(1.3);

    /// <summary>
    /// After how long without a statement of the application's account the site does not reach the primary. If it goes on reaching
    /// an in-sync replica, that one takes over. Longer than the pause and the time limit of the site's probes together
    /// (<c>Data:ProbeInterval</c>, <c>Data:ProbeTimeLimit</c>); 0: never.
    /// </summary>
    public TimeSpan SiteSilentAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a node that has not answered once since the coordinator started may take to start, a primary unless a replica has
    /// heard it before.
    /// </summary>
    public TimeSpan StartGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long after an automatic failover the next one needs the primary that was lost then to be back in sync, or if it was lost
    /// to the site only, to be reached by it again.
    /// </summary>
    public TimeSpan FailoverWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long one step of an action may take before it is given up and decided anew.</summary>
    public TimeSpan ActionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long copying the primary's data to a node may take.</summary>
    public TimeSpan CloneTimeout { get; set; } = TimeSpan.FromHours(6);

    /// <summary>How long an in-sync replica may be away before writes go on without it. Until then they wait.</summary>
    public TimeSpan ReplicaLostAfter { get; set; } = TimeSpan.FromSeconds(2);

    public sealed class Account
    {
        /// <summary>The account's name in MySQL.</summary>
        public string User { get; set; } = "";

        /// <summary>Its password.</summary>
        public string Password { get; set; } = "";
    }
}
