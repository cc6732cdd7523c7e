using FooBar.Failover.Decide;

namespace FooBar.Failover.Observe;

/// <summary>
/// Looks at all nodes. Each has its time limit to answer, but for one that did not answer the last time, and one whose replica has just
/// lost its connection to it: what the others have to say must not wait for these. Their question stays asked, and the answer counts when
/// it comes. While any other is waited for, those that have answered are asked again.
/// </summary>
/// <param name="ask">Asks one node, within the time limit; it throws only when it is cancelled.</param>
/// <param name="limit">A node's time limit, and how old an answer may be that has come meanwhile.</param>
/// <param name="clock">Counts the time.</param>
internal sealed class ClusterLook(Func<string, CancellationToken, Task<NodeView>> ask, TimeSpan limit, TimeProvider clock)
{
    /// <summary>How long a node is waited for that there is reason to believe lost. One that is well answers within a few milliseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, Task<NodeView>> unanswered = [];

    public async Task<NodeView[]> AtAsync(IReadOnlyList<string> nodes, ClusterView? before, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var asked = nodes.ToDictionary(node => node, node => Ask(node, cancellationToken));
        while (!await EndWithinPatienceAsync(asked.Values, cancellationToken) && AnyIsWorthWaitingFor(asked, before) && clock.GetElapsedTime(start) < limit)
        {
            var again = asked.Where(question => question.Value.IsCompleted).Select(question => question.Key).ToList();
            again.ForEach(node => asked[node] = ask(node, cancellationToken));
            await EndWithinPatienceAsync(again.Select(node => asked[node]), cancellationToken);
            if (!AnyIsWorthWaitingFor(asked, before))
            {
                break;
            }
        }

        return await Task.WhenAll(nodes.Select(node => AnswerAsync(node, asked, before)));
    }

    private Task<NodeView> Ask(string node, CancellationToken cancellationToken) =>
        unanswered.Remove(node, out var earlier) && !IsOver(earlier) ? earlier : ask(node, cancellationToken);

    // An answer that came while the coordinator was busy with something else is not what the node would say now.
    private bool IsOver(Task<NodeView> question) => question.IsCompleted
        && !(question is { IsCompletedSuccessfully: true, Result: { Reachable: true } view } && clock.GetUtcNow() - view.AnsweredAt <= limit);

    private async Task<bool> EndWithinPatienceAsync(IEnumerable<Task> questions, CancellationToken cancellationToken)
    {
        var all = Task.WhenAll(questions);
        return await Task.WhenAny(all, Task.Delay(Patience, clock, cancellationToken)) == all || cancellationToken.IsCancellationRequested;
    }

    private static bool AnyIsWorthWaitingFor(Dictionary<string, Task<NodeView>> asked, ClusterView? before) =>
        asked.Any(question => !question.Value.IsCompleted && !IsDoubtful(question.Key, asked, before));

    // Just now: a source that has answered since its replica lost it is cut off from it, and no more likely lost than any other.
    private static bool IsDoubtful(string node, Dictionary<string, Task<NodeView>> asked, ClusterView? before) => before?.Find(node) is { } last
        && (!last.Reachable || asked.Values.Where(question => question.IsCompletedSuccessfully).Select(question => question.Result).Any(replica =>
            replica.Replication is { IoState: "CONNECTING" } replication && replication.IsFrom(last) && before.Find(replica.Name)?.Replication?.IoState == "ON"));

    private Task<NodeView> AnswerAsync(string node, Dictionary<string, Task<NodeView>> asked, ClusterView? before)
    {
        if (asked[node].IsCompleted || !IsDoubtful(node, asked, before))
        {
            return asked[node];
        }

        unanswered[node] = asked[node];
        return Task.FromResult(before!.Find(node) is { Reachable: false } silent ? silent : new NodeView(node) { Error = $"no answer within {Sentence.Seconds(Patience)}" });
    }
}
