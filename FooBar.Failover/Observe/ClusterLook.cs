using System.Collections.Concurrent;
using FooBar.Failover.Decide;

namespace FooBar.Failover.Observe;

/// <summary>
/// Looks at all nodes at once. Each has its time limit to answer, but for one that did not answer the last time, and one whose
/// replica has just lost its connection to it: what the others have to say must not wait for these. Their question stays asked, and the
/// answer counts when it comes.
/// </summary>
/// <param name="ask">Asks one node, within its time limit; it throws only when it is cancelled.</param>
/// <param name="limit">How old an answer may be that has come meanwhile.</param>
/// <param name="clock">Counts the time.</param>
internal sealed class ClusterLook(Func<string, CancellationToken, Task<NodeView>> ask, TimeSpan limit, TimeProvider clock)
{
    /// <summary>How long a node is waited for that there is reason to believe lost. One that is well answers within a few milliseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, Task<NodeView>> unanswered = new();

    public Task<NodeView[]> AtAsync(IReadOnlyList<string> nodes, ClusterView? before, CancellationToken cancellationToken)
    {
        var asked = nodes.Select(node => Ask(node, cancellationToken)).ToList();
        return Task.WhenAll(nodes.Select((node, index) => AnswerAsync(node, asked[index], asked, before, cancellationToken)));
    }

    private Task<NodeView> Ask(string node, CancellationToken cancellationToken) =>
        unanswered.TryRemove(node, out var earlier) && !IsOver(earlier) ? earlier : ask(node, cancellationToken);

    // An answer that came while the coordinator was busy with something else is not what the node would say now.
    private bool IsOver(Task<NodeView> asked) =>
        asked.IsCompleted && !(asked is { IsCompletedSuccessfully: true, Result: { Reachable: true } view } && clock.GetUtcNow() - view.AnsweredAt <= limit);

    private async Task<NodeView> AnswerAsync(string node, Task<NodeView> asked, IReadOnlyList<Task<NodeView>> all, ClusterView? before, CancellationToken cancellationToken)
    {
        if (before?.Find(node) is not { } last || (last.Reachable && !await IsLostAsync(last, asked, all, before)))
        {
            return await asked;
        }

        if (await Task.WhenAny(asked, Task.Delay(Patience, clock, cancellationToken)) == asked)
        {
            return await asked;
        }

        cancellationToken.ThrowIfCancellationRequested();
        unanswered[node] = asked;
        return last.Reachable ? new NodeView(node) { Error = $"no answer within {Sentence.Seconds(Patience)}" } : last;
    }

    // Just now: a source that has answered since its replica lost it is cut off from it, and no more likely lost than any other.
    private static async Task<bool> IsLostAsync(NodeView source, Task<NodeView> asked, IReadOnlyList<Task<NodeView>> all, ClusterView before)
    {
        var open = all.ToList();
        while (!asked.IsCompleted)
        {
            var answer = await Task.WhenAny(open);
            var replica = await answer;
            if (replica.Replication is { IoState: "CONNECTING" } replication && replication.IsFrom(source)
                && before.Find(replica.Name)?.Replication?.IoState == "ON")
            {
                return true;
            }

            open.Remove(answer);
        }

        return false;
    }
}
