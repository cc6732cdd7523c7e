namespace FooBar.Failover.Act;

/// <summary>Takes writes away from a node and gives them back, in the only order that breaks no promise.</summary>
internal sealed class FenceAction(NodeConnections connections, SemiSyncOff semiSyncOff)
{
    /// <summary>
    /// <c>offline_mode</c> first: it returns at once and severs every application connection, also those whose commit waits.
    /// With semi-sync turned off first, waiting commits would be told OK; <c>super_read_only</c> first would hang behind them.
    /// </summary>
    public async Task FenceAsync(string name, CancellationToken cancellationToken)
    {
        await using var node = await connections.OpenAsync(name, cancellationToken);
        await using var second = await semiSyncOff.PrepareAsync(name, cancellationToken);
        await node.ExecuteAsync("SET GLOBAL offline_mode = ON", cancellationToken);
        await semiSyncOff.RunAsync(node, second, cancellationToken);
        await node.ExecuteAsync("SET GLOBAL super_read_only = ON", cancellationToken);
    }

    /// <summary>The same of a node that should have been fenced all along. A replica that replicates serves reads again after that.</summary>
    public async Task FenceAsync(string name, bool replicates, CancellationToken cancellationToken)
    {
        await FenceAsync(name, cancellationToken);
        if (replicates)
        {
            await using var node = await connections.OpenAsync(name, cancellationToken);
            await node.ExecuteAsync("SET GLOBAL offline_mode = OFF", cancellationToken);
        }
    }

    /// <summary>
    /// Waiting for acknowledgements is in force before the first write can come. An offline node stays offline: it may be
    /// about to stop.
    /// </summary>
    public async Task UnfenceAsync(string name, int acknowledgements, long epoch, CancellationToken cancellationToken)
    {
        await using var node = await connections.OpenAsync(name, cancellationToken);
        if (Convert.ToInt64(await node.ScalarAsync(EpochTable.Read, cancellationToken), null) != epoch)
        {
            throw new ActionException($"{name} does not hold epoch {epoch} any more; it stays fenced.");
        }

        await SemiSyncAction.WaitForAsync(node, acknowledgements, cancellationToken);
        await node.ExecuteAsync("SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF", cancellationToken);
    }
}
