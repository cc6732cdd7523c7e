using FooBar.Failover.Observe;
using Microsoft.Extensions.Options;

namespace FooBar.Failover.Act;

/// <summary>
/// What a replica has received and not applied yet. It may be the only copy of acknowledged writes, and whatever changes or resets
/// replication deletes it: it has to be applied to the end before.
/// </summary>
internal sealed class RelayLog(IOptions<FailoverOptions> options)
{
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
}
