using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace FooBar.Failover.Act;

/// <summary>
/// Replaces a node's data by a copy of the primary's. What only this node had was never acknowledged, or an operator gave it up,
/// and is recorded before. The copy takes its time and the cluster does not wait for it: the server restarts by itself
/// at its end, fenced, and is attached like any other.
/// </summary>
internal sealed partial class CloneAction(
    NodeConnections connections, NodeProbe probe, ClusterObserver observer, Acknowledgements acknowledgements, IJournal journal, IOptions<FailoverOptions> options,
    TimeProvider clock, ILogger<CloneAction> logger) : IDisposable
{
    /// <summary>ER_RESTART_SERVER_FAILED and ER_SERVER_SHUTDOWN: the copy is complete, and the server ends to be started on it.</summary>
    private static readonly int[] EndsToRestart = [3707, 1053];

    private Task<string?> running = Task.FromResult<string?>(null);
    private CancellationTokenSource giveUp = new();
    private DateTimeOffset began;
    private string copied = "";
    private (string Node, string Errant) recorded;

    public async Task RunAsync(Clone decision, CancellationToken cancellationToken)
    {
        if (!running.IsCompleted)
        {
            await GiveUpIfGoneAsync();
        }

        var failure = await running.WaitAsync(cancellationToken);
        running = Task.FromResult<string?>(null);
        if (failure is not null && copied == decision.Replica)
        {
            throw new ActionException($"The last copy for {decision.Replica} did not succeed: {failure}");
        }

        var replica = await connections.OpenAsync(decision.Replica, cancellationToken);
        try
        {
            await replica.ExecuteAsync("STOP REPLICA", cancellationToken);
            var source = await StillNeededAsync(decision, cancellationToken);
            var lost = decision.Errant.Length == 0 ? "" : await ErrantTransactions.DescribeAsync(replica, decision.Errant, cancellationToken);
            await ForgetAsync(decision, $"{decision.Reason} {lost}".TrimEnd(), cancellationToken);
            await replica.ExecuteAsync("SET GLOBAL clone_valid_donor_list = @donor", cancellationToken, ("@donor", $"{source.PeerHost}:{source.PeerPort}"));
            await replica.ExecuteAsync("SET GLOBAL clone_ssl_ca = @authority", cancellationToken, ("@authority", options.Value.ReplicationCertificateAuthority));
            giveUp.Dispose();
            (copied, began, giveUp) = (decision.Replica, clock.GetUtcNow(), CancellationTokenSource.CreateLinkedTokenSource(cancellationToken));
            running = CopyAsync(replica, decision, source, giveUp.Token);
        }
        catch
        {
            await replica.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => giveUp.Dispose();

    // Where a machine vanished or a link was cut nobody says that the copy has ended. The node that it was for says so when it answers, or
    // is silent for long; an answer that is late says nothing, for copying is hard work.
    private async Task GiveUpIfGoneAsync()
    {
        var seen = observer.Latest(copied);
        var gone = seen is { Reachable: true, Cloning: false } || clock.GetUtcNow() - seen?.SilentSince >= options.Value.ActionTimeout;
        if (!gone || clock.GetUtcNow() - began < options.Value.ActionTimeout)
        {
            throw new ActionException($"The copy for {copied} has not ended yet.");
        }

        await giveUp.CancelAsync();
    }

    // The replica is read first: whatever it holds by then, a healthy primary holds a moment later.
    private async Task<NodeView> StillNeededAsync(Clone decision, CancellationToken cancellationToken)
    {
        var own = await probe.ProbeAsync(decision.Replica, cancellationToken);
        var source = await probe.ProbeAsync(decision.Primary, cancellationToken);
        if (source.Epoch != journal.Current.Epoch)
        {
            throw new ActionException($"{decision.Primary} does not hold epoch {journal.Current.Epoch} any more; the data of {decision.Replica} was not replaced.");
        }

        return !(source.Lacks(own).IsEmpty && source.NeverHad(own).IsEmpty && source.CannotSend(own, []).IsEmpty)
            ? source
            : throw new ActionException($"{decision.Replica} holds nothing that {decision.Primary} lacks any more, and can be sent what it lacks itself; its data was not replaced.");
    }

    // The journal forgets the replica first: from here on it holds nothing. Of several replicas it may be the only one that has
    // what it acknowledged, so another one has to have that before.
    private async Task ForgetAsync(Clone decision, string reason, CancellationToken cancellationToken)
    {
        var before = journal.Current;
        var (forgotten, others) = (!before.Witnesses.Contains(decision.Replica), before.InSync.Remove(decision.Replica));
        if (!forgotten && !others.IsEmpty)
        {
            await acknowledgements.ExcludeAsync(decision.Primary, decision.Replica, reason, cancellationToken);
        }
        else if (!forgotten || recorded != (decision.Replica, decision.Errant))
        {
            await journal.WriteAsync(before with { InSync = others }, reason, cancellationToken);
        }

        recorded = (decision.Replica, decision.Errant);
    }

    /// <returns>Why it did not succeed; null when it did, or when nobody can tell yet.</returns>
    private async Task<string?> CopyAsync(NodeSession replica, Clone decision, NodeView source, CancellationToken cancellationToken)
    {
        await using var _ = replica;
        var account = options.Value.Coordinator;
        try
        {
            // The copy begins with dropping what is there, which super_read_only forbids; offline_mode and read_only still keep
            // everybody else out. The server restarts at the end, fenced, which this connection does not survive.
            await replica.ExecuteAsync("SET GLOBAL offline_mode = ON", cancellationToken);
            await replica.ExecuteAsync("SET GLOBAL super_read_only = OFF", cancellationToken);
            await replica.ExecuteAsync(
                $"CLONE INSTANCE FROM '{account.User}'@'{source.PeerHost}':{source.PeerPort} IDENTIFIED BY @password REQUIRE SSL", options.Value.CloneTimeout,
                cancellationToken, ("@password", account.Password));
        }
        catch (Exception e) when (e is MySqlException or IOException or TimeoutException or OperationCanceledException)
        {
            LogEnded(decision.Replica, e.Message);
            return e is MySqlException { Number: > 1000 and < 2000 or > 3000 } refused && !EndsToRestart.Contains(refused.Number) ? refused.Message : null;
        }

        return null;
    }

    [LoggerMessage(3020, LogLevel.Information, "The copy of the primary's data for {Node} has ended: {Message}")]
    private partial void LogEnded(string node, string message);
}
