using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using Microsoft.Extensions.Options;

namespace FooBar.Failover.Act;

/// <summary>
/// Prepares the first primary: schema, accounts and epoch. Everything goes through its binary log, so replicas get the same.
/// Account statements run here, while no commit waits for a replica: blocked, they would lock every login out.
/// </summary>
internal sealed class BootstrapAction(NodeConnections connections, AccountGrants grants, IJournal journal, IOptions<FailoverOptions> options)
{
    public async Task RunAsync(Bootstrap decision, CancellationToken cancellationToken)
    {
        await using var node = await connections.OpenInitialAsync(decision.Primary, cancellationToken);
        var begun = journal.Current;
        if (begun.Phase == JournalPhase.New)
        {
            if (!(await node.ExecutedAsync(cancellationToken)).IsEmpty)
            {
                throw new ActionException($"{decision.Primary} is not empty any more; nothing was changed.");
            }

            begun = new JournalEntry(JournalPhase.Bootstrapping, 1, decision.Primary, []);
            await journal.WriteAsync(begun, decision.Reason, cancellationToken);
        }

        await node.ExecuteAsync("SET GLOBAL rpl_semi_sync_source_enabled = OFF", cancellationToken);
        await node.ExecuteAsync("SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF", cancellationToken);
        await node.ExecuteAsync($"CREATE DATABASE IF NOT EXISTS `{options.Value.Database}` CHARACTER SET utf8mb4", cancellationToken);
        await node.ExecuteAsync(EpochTable.CreateSchema, cancellationToken);
        await node.ExecuteAsync(EpochTable.CreateTable, cancellationToken);
        await grants.ApplyAsync(node, cancellationToken);
        await node.ExecuteAsync(EpochTable.Write, cancellationToken, ("@epoch", begun.Epoch), ("@node", decision.Primary));
        await journal.WriteAsync(begun with { Phase = JournalPhase.Serving }, $"{decision.Primary} is prepared and takes writes.", cancellationToken);
    }
}
