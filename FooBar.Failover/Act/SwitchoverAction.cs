using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace FooBar.Failover.Act;

/// <summary>
/// Hands the role of primary over while both nodes are well: the primary is fenced, the replica gets what is left, and is
/// promoted. Until the promotion is in the journal it can be taken back, and is where it does not succeed.
/// </summary>
internal sealed class SwitchoverAction(
    NodeConnections connections, FenceAction fence, PromoteAction promote, IJournal journal, IOptions<FailoverOptions> options)
{
    public async Task RunAsync(Switchover decision, CancellationToken cancellationToken)
    {
        await using var replica = await connections.OpenAsync(decision.Replica, cancellationToken);
        if (journal.Current.Handover is null)
        {
            await journal.WriteAsync(journal.Current with { Handover = decision.Replica }, decision.Reason, cancellationToken);
        }

        try
        {
            await HandOverAsync(decision, replica, cancellationToken);
        }
        catch (Exception e) when (e is ActionException or MySqlException or TimeoutException or IOException && journal.Current.Handover is not null)
        {
            await AbandonAsync(decision.Primary, decision.Leaving, $"The switchover to {decision.Replica} did not succeed: {e.Message}", cancellationToken);
            throw new ActionException($"The switchover to {decision.Replica} did not succeed ({e.Message}); {decision.Primary} {(decision.Leaving ? "is waited for" : "goes on")}.");
        }

        await promote.FinishAsync(replica, decision.Replica, cancellationToken);
    }

    /// <summary>The primary serves again, unless it is being stopped; the next decisions lift its fence.</summary>
    public async Task AbandonAsync(string name, bool leaving, string reason, CancellationToken cancellationToken)
    {
        await journal.WriteAsync(journal.Current with { Handover = null }, reason, cancellationToken);
        if (leaving)
        {
            return;
        }

        await using var primary = await connections.OpenAsync(name, cancellationToken);
        await primary.ExecuteAsync("SET GLOBAL offline_mode = OFF", cancellationToken);
    }

    private async Task HandOverAsync(Switchover decision, NodeSession replica, CancellationToken cancellationToken)
    {
        await fence.FenceAsync(decision.Primary, cancellationToken);
        await using (var primary = await connections.OpenAsync(decision.Primary, cancellationToken))
        {
            if (!await replica.WaitForExecutedAsync(await primary.ExecutedAsync(cancellationToken), options.Value.ActionTimeout / 2, cancellationToken))
            {
                throw new ActionException($"{decision.Replica} did not get everything from {decision.Primary} in time");
            }
        }

        await replica.ExecuteAsync("STOP REPLICA IO_THREAD", cancellationToken);
        await promote.BeginAsync(decision.Replica, failedOverAt: null, decision.Reason, cancellationToken);
    }
}
