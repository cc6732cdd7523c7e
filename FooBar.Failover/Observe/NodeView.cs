using System.Collections.Immutable;
using FooBar.Data.Consistency;

namespace FooBar.Failover.Observe;

/// <summary>What one node said of itself in one probe.</summary>
public sealed record NodeView(string Name)
{
    /// <summary>Why the node gave no answer; null when it did.</summary>
    public string? Error { get; init; }

    public bool Reachable => Error is null;

    /// <summary>When its answer came.</summary>
    public DateTimeOffset AnsweredAt { get; init; }

    /// <summary>Since when it does not answer; null while it does.</summary>
    public DateTimeOffset? SilentSince { get; init; }

    /// <summary>Of one that does not answer: whether it was offline when it last did. It stays so until it is started again, fenced.</summary>
    public bool WasOffline { get; init; }

    /// <summary>Whether it has not answered once since this coordinator began to ask.</summary>
    public bool NeverSeen { get; init; }

    /// <summary>The name and port by which its peers reach it (<c>report_host</c>, <c>report_port</c>).</summary>
    public string PeerHost { get; init; } = "";

    public int PeerPort { get; init; }

    public string ServerUuid { get; init; } = "";

    /// <summary><c>super_read_only</c>: it takes writes from nobody but its replication.</summary>
    public bool SuperReadOnly { get; init; } = true;

    /// <summary><c>read_only</c>: it takes writes from administrators at most.</summary>
    public bool ReadOnly { get; init; } = true;

    /// <summary>Whether no application can write to it.</summary>
    public bool Fenced => SuperReadOnly || (ReadOnly && OfflineMode);

    /// <summary><c>offline_mode</c>: it serves no application.</summary>
    public bool OfflineMode { get; init; }

    public bool Writable => Reachable && !SuperReadOnly && !OfflineMode;

    /// <summary>Since when it is writable; null while it is not.</summary>
    public DateTimeOffset? WritableSince { get; init; }

    /// <summary>What it has heard of the site, by host; nothing of hosts that have been silent for long.</summary>
    public ImmutableDictionary<string, SiteSign> Site { get; init; } = ImmutableDictionary<string, SiteSign>.Empty;

    /// <summary>How long before its answer it heard of each host of the site that is connected to it.</summary>
    public ImmutableDictionary<string, TimeSpan> SiteSilence { get; init; } = ImmutableDictionary<string, TimeSpan>.Empty;

    /// <summary>Whether it cannot write because its disk is full.</summary>
    public bool DiskFull { get; init; }

    /// <summary>Whether its data is being replaced by a copy of another node's.</summary>
    public bool Cloning { get; init; }

    /// <summary>Since when it answers and is not writable; null while it is.</summary>
    public DateTimeOffset? FencedSince { get; init; }

    /// <summary><c>gtid_executed</c>.</summary>
    public GtidSet Executed { get; init; } = GtidSet.Empty;

    /// <summary><c>gtid_purged</c>: executed, and no longer in its binary log.</summary>
    public GtidSet Purged { get; init; } = GtidSet.Empty;

    /// <summary>The epoch that its data belongs to; null when no coordinator has ever written one.</summary>
    public long? Epoch { get; init; }

    public SemiSyncView SemiSync { get; init; } = new();

    /// <summary>What it replicates from; null when it is not set up as a replica.</summary>
    public ReplicationView? Replication { get; init; }

    public bool Streaming => Reachable && Replication is { IoState: "ON", ApplierRunning: true };

    /// <summary>Since when it answers the coordinator or acknowledges to a source no more; null while it does both.</summary>
    public DateTimeOffset? SilentReplicaSince { get; init; }

    /// <summary>Whether it receives and applies what this source writes.</summary>
    public bool StreamsFrom(NodeView source) => Streaming && Replication!.IsFrom(source);

    /// <summary>Whether a commit of this source may go on because of it.</summary>
    public bool AcknowledgesTo(NodeView source) => StreamsFrom(source) && SemiSync.ReplicaActive;

    /// <summary>What it has applied or at least received.</summary>
    public GtidSet Held => Executed.Union(Replication?.Received ?? GtidSet.Empty);

    public bool Holds(GtidSet set) => Held.Contains(set);

    /// <summary>
    /// What a replica executed and this primary did not. While commits of the primary wait, a replica may rightly hold them
    /// first: then transactions of the primary's own making do not count.
    /// </summary>
    public GtidSet Lacks(NodeView replica)
    {
        var errant = replica.Executed.Subtract(Executed);
        return SemiSync.WaitingCommits == 0 ? errant : WithoutOwn(errant);
    }

    /// <summary>
    /// What a replica lacks and this primary cannot send it: what its binary log has no longer, and what the replica may once have
    /// written itself, and lacks because its data is older than that. It takes nothing with its own server id from its source, so it would
    /// go on without these transactions and not say so. Its UUID may be another one now; so whatever is not known to be of others counts.
    /// </summary>
    /// <param name="replica">The replica.</param>
    /// <param name="others">The other nodes that are known.</param>
    public GtidSet CannotSend(NodeView replica, IEnumerable<NodeView> others)
    {
        var missing = Executed.Subtract(replica.Held);
        var own = WithoutOwn(missing).Where(server => !others.Any(other => other.Name != replica.Name && other.IsServer(server)));
        return own.Union(missing.Subtract(missing.Subtract(Purged)));
    }

    private bool IsServer(Guid uuid) => Guid.TryParse(ServerUuid, out var own) && own == uuid;

    /// <summary>What a replica executed that neither this primary did nor, not seen yet, it can have sent: somebody wrote to the replica.</summary>
    public GtidSet NeverHad(NodeView replica) => WithoutOwn(replica.Executed.Subtract(Executed));

    /// <summary>What a replica has received that this node wrote and has no longer.</summary>
    public GtidSet HasLost(NodeView replica) => replica.Held.Subtract(Executed).Where(IsServer);

    private GtidSet WithoutOwn(GtidSet set) => set.IsEmpty ? set : set.Subtract(GtidSet.Parse($"{ServerUuid}:1-{long.MaxValue - 1}"));

    /// <summary>Nobody ever wrote to it and nobody prepared it.</summary>
    public bool Empty => Executed.IsEmpty && Epoch is null;
}

/// <summary>Both halves of semi-synchronous replication as a node reports them.</summary>
public sealed record SemiSyncView
{
    /// <summary><c>rpl_semi_sync_source_enabled</c>: its commits wait for replicas.</summary>
    public bool SourceEnabled { get; init; }

    /// <summary><c>rpl_semi_sync_source_wait_for_replica_count</c>.</summary>
    public int WaitFor { get; init; }

    /// <summary><c>Rpl_semi_sync_source_status</c>: waiting is in force.</summary>
    public bool SourceActive { get; init; }

    /// <summary><c>Rpl_semi_sync_source_clients</c>: replicas that acknowledge now.</summary>
    public int Clients { get; init; }

    public bool Lacking => SourceEnabled && Clients < WaitFor;

    /// <summary><c>Rpl_semi_sync_source_wait_sessions</c>: commits that wait now.</summary>
    public int WaitingCommits { get; init; }

    /// <summary><c>Rpl_semi_sync_source_yes_tx</c>: commits acknowledged since the server started.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Since when fewer replicas acknowledge than commits wait for; null while there are enough.</summary>
    public DateTimeOffset? LackingSince { get; init; }

    /// <summary>Since when commits wait and none is acknowledged; null while there is progress or nothing to wait for.</summary>
    public DateTimeOffset? StalledSince { get; init; }

    /// <summary><c>rpl_semi_sync_replica_enabled</c>: it offers to acknowledge whenever it connects to a source.</summary>
    public bool ReplicaEnabled { get; init; }

    /// <summary><c>Rpl_semi_sync_replica_status</c>: it acknowledges to its source.</summary>
    public bool ReplicaActive { get; init; }
}

/// <summary>The state of a replica's only channel.</summary>
public sealed record ReplicationView
{
    public string SourceHost { get; init; } = "";

    public int SourcePort { get; init; }

    public bool AutoPosition { get; init; }

    public bool Tls { get; init; }

    /// <summary>Whether it verifies its source's certificate and host name.</summary>
    public bool Verified { get; init; }

    /// <summary>The file with the authority that it verifies the certificate with; empty for none.</summary>
    public string CertificateAuthority { get; init; } = "";

    /// <summary><c>ON</c>, <c>OFF</c> or <c>CONNECTING</c>.</summary>
    public string IoState { get; init; } = "OFF";

    public bool ApplierRunning { get; init; }

    /// <summary>The latest error of either thread; null when there is none.</summary>
    public string? LastError { get; init; }

    /// <summary>What has arrived in the relay log.</summary>
    public GtidSet Received { get; init; } = GtidSet.Empty;

    /// <summary>Age of the newest transaction that has arrived; meaningful only while something is not applied yet.</summary>
    public TimeSpan NewestReceivedAge { get; init; }

    /// <summary>How long ago, by the replica's own clock, its source gave a sign; null when it never did.</summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>Whether its source is alive as far as the replica can tell: connected, and heard of lately.</summary>
    public bool Hears(TimeSpan limit) => IoState == "ON" && Silence < limit;

    /// <summary>Whether a node is its source.</summary>
    public bool IsFrom(NodeView source) => SourceHost == source.PeerHost && SourcePort == source.PeerPort;

    /// <summary>Whether it is set up to replicate from a node, and in the way that it should.</summary>
    /// <param name="source">The node that it should replicate from.</param>
    /// <param name="certificateAuthority">The authority that it should verify the source with; empty for no verification.</param>
    public bool ReadsFrom(NodeView source, string certificateAuthority) =>
        IsFrom(source) && AutoPosition && Tls
        && CertificateAuthority == certificateAuthority && Verified == certificateAuthority.Length > 0;
}
