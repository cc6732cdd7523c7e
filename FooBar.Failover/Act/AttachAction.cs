using FooBar.Failover.Decide;
using FooBar.Failover.Observe;
using Microsoft.Extensions.Options;

namespace FooBar.Failover.Act;

/// <summary>Makes a node a replica of the primary, by GTID and over TLS.</summary>
internal sealed class AttachAction(NodeConnections connections, NodeProbe probe, RelayLog relayLog, IOptions<FailoverOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(1);

    public async Task RunAsync(Attach decision, CancellationToken cancellationToken)
    {
        await using var replica = await connections.OpenAsync(decision.Replica, cancellationToken);
        await replica.ExecuteAsync("SET GLOBAL super_read_only = ON", cancellationToken);

        // The replica is read first: whatever it holds by then, a healthy primary holds a moment later.
        var own = await probe.ProbeAsync(decision.Replica, cancellationToken);
        var source = await probe.ProbeAsync(decision.Primary, cancellationToken);
        Compare(source, own);

        await replica.ExecuteAsync("SET GLOBAL offline_mode = OFF", cancellationToken);
        await replica.ExecuteAsync($"SET GLOBAL rpl_semi_sync_replica_enabled = {(options.Value.SeveralReplicas ? "OFF" : "ON")}", cancellationToken);
        if (own.Replication?.ReadsFrom(source, options.Value.ReplicationCertificateAuthority) != true)
        {
            await ChangeSourceAsync(replica, own, source, cancellationToken);
        }

        await replica.ExecuteAsync("START REPLICA", cancellationToken);
        await StreamingAsync(decision, cancellationToken);
    }

    private async Task ChangeSourceAsync(NodeSession replica, NodeView own, NodeView source, CancellationToken cancellationToken)
    {
        if (own.Replication is { } old)
        {
            if (!await relayLog.ApplyAsync(replica, cancellationToken))
            {
                throw new ActionException($"{own.Name} has not applied all that it received from {old.SourceHost}; it keeps its source until it has.");
            }

            // What it had only received by then may be what nobody acknowledged.
            var applied = await probe.ProbeAsync(own.Name, cancellationToken);
            Compare(await probe.ProbeAsync(source.Name, cancellationToken), applied);
            await replica.ExecuteAsync("STOP REPLICA", cancellationToken);
        }

        var (account, authority) = (options.Value.Replication, options.Value.ReplicationCertificateAuthority);
        await replica.ExecuteAsync($"""
            CHANGE REPLICATION SOURCE TO SOURCE_HOST = @host, SOURCE_PORT = {source.PeerPort}, SOURCE_USER = @user, SOURCE_PASSWORD = @password,
                SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1, SOURCE_SSL_CA = @authority, SOURCE_SSL_VERIFY_SERVER_CERT = {(authority.Length > 0 ? 1 : 0)},
                SOURCE_HEARTBEAT_PERIOD = 0.5, SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 4294967295
            """, cancellationToken, ("@host", source.PeerHost), ("@user", account.User), ("@password", account.Password),
                ("@authority", authority));
    }

    private static void Compare(NodeView source, NodeView replica)
    {
        if (source.Lacks(replica) is { IsEmpty: false } errant)
        {
            throw new ActionException($"{replica.Name} holds transactions that {source.Name} lacks ({errant}); it was not attached.");
        }
    }

    // Connecting is enough: the next cycles see what becomes of it, and meanwhile other decisions are not held up. But a source
    // that is refused is refused at once, and then the reason is worth a sentence.
    private async Task StreamingAsync(Attach decision, CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() + StartsWithin;
        while ((await probe.ProbeAsync(decision.Replica, cancellationToken)).Replication is var replication
            && replication is not { IoState: "ON", ApplierRunning: true })
        {
            if (replication?.LastError is { } error)
            {
                throw new ActionException($"{decision.Replica} does not replicate from {decision.Primary}: {error}{Advice(error, decision)}");
            }

            if (clock.GetUtcNow() > end)
            {
                if (replication is { IoState: not "OFF", ApplierRunning: true })
                {
                    return;
                }

                throw new ActionException($"{decision.Replica} does not replicate from {decision.Primary}; it reports no error and may be stopping.");
            }

            await Task.Delay(Recheck, clock, cancellationToken);
        }
    }

    private string Advice(string error, Attach decision) =>
        options.Value.ReplicationCertificateAuthority is { Length: > 0 } authority && error.Contains("SSL", StringComparison.Ordinal)
            ? $" (the certificate of {decision.Primary} must be signed by an authority in {authority} on {decision.Replica}, which Failover:ReplicationCertificateAuthority names, and must name the host by which it is reached)"
            : "";
}
