using System.Collections.Concurrent;
using FooBar.Data.Consistency;
using FooBar.Failover.Observe;
using Microsoft.Extensions.Options;

namespace FooBar.Failover.Act;

/// <summary>
/// What a replica has received and not applied yet. It may be the only copy of acknowledged writes, and whatever changes or resets
/// replication deletes it: it has to be applied to the end before.
/// </summary>
internal sealed class RelayLog(IOptions<FailoverOptions> options)
{
    private readonly ConcurrentDictionary<string, GtidSet> receivedInHaste = [];

    /// <summary>Stops receiving and applies all that was received.</summary>
    /// <returns>False when the time of an action is over before that.</returns>
    public async Task<bool> ApplyAsync(NodeSession replica, CancellationToken cancellationToken)
    {
        await replica.ExecuteAsync("STOP REPLICA IO_THREAD", cancellationToken);
        if (await NodeProbe.ReplicationAsync(replica, cancellationToken) is not { } replication)
        {
            return true;
        }

        await replica.ExecuteAsync("START REPLICA SQL_THREAD", cancellationToken);
        return await replica.WaitForExecutedAsync(replication.Received, options.Value.ActionTimeout / 2, cancellationToken);
    }

    /// <summary>
    /// Lets a replica that nobody counts on receive without waiting for its disk after each event, of which a transaction has many: it
    /// catches up several times as fast, and whoever shares the disk with it can write meanwhile.
    /// </summary>
    public Task HurryAsync(NodeSession replica, string name, CancellationToken cancellationToken)
    {
        receivedInHaste.TryRemove(name, out _); // also that of an earlier time, for the variable goes back to 1 when the server starts again
        return replica.ExecuteAsync("SET GLOBAL sync_relay_log = 10000", cancellationToken);
    }

    /// <summary>
    /// From now on what a replica has received is on its disk before it acknowledges it. What it received before that is on the disk when it has
    /// applied it; which set that is is remembered, so that it does not grow while it is waited for.
    /// </summary>
    /// <returns>False when the time is over before that; ask again.</returns>
    public async Task<bool> SecureAsync(NodeSession replica, string name, CancellationToken cancellationToken)
    {
        if (!receivedInHaste.TryGetValue(name, out var received)
            || Convert.ToInt64(await replica.ScalarAsync("SELECT @@GLOBAL.sync_relay_log", cancellationToken), null) != 1)
        {
            await replica.ExecuteAsync("SET GLOBAL sync_relay_log = 1", cancellationToken);
            receivedInHaste[name] = received = (await NodeProbe.ReplicationAsync(replica, cancellationToken))?.Received ?? GtidSet.Empty;
        }

        return await replica.WaitForExecutedAsync(received, options.Value.ActionTimeout / 5, cancellationToken);
    }
}
