using FooBar.Data.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FooBar.Data.Topology;

/// <summary>Where the current topology is posted: probes report to it, whoever needs a node reads it or waits for it to change.</summary>
internal sealed partial class TopologyBoard(DatabaseNodes nodes, IOptions<DataOptions> options, TimeProvider clock, ILogger<TopologyBoard> logger)
{
    private readonly Lock _lock = new();
    private readonly Dismissals _dismissals = new();
    private readonly Dictionary<NodeEndpoint, Observation> _seen = [];

    private ClusterTopology _current = TopologyRules.Next(
        ClusterTopology.Unknown, [.. nodes.Endpoints.Select(Observation.NotYet)], options.Value.MaxReplicaLag);

    private ClusterTopology? _logged;
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource _refreshWanted = NewSignal();
    private int _waiting;
    private long? _readableAt;

    /// <summary>The topology as of the last answers.</summary>
    public ClusterTopology Current => Volatile.Read(ref _current);

    /// <summary>
    /// Whether a read that comes now may hope for a copy: there is one, or there was one so short a time ago that it is worth
    /// waiting for the next, as in the moment of a promotion.
    /// </summary>
    public bool MayBeRead
    {
        get
        {
            lock (_lock)
            {
                return _current.IsReadable || (_readableAt is { } last && clock.GetElapsedTime(last) < options.Value.ReadWait);
            }
        }
    }

    /// <summary>Whether somebody waits for a node right now, so that probing more often shortens what a user waits.</summary>
    public bool SomebodyWaits => Volatile.Read(ref _waiting) > 0;

    /// <summary>Completes when the next probe should not wait for its turn.</summary>
    public Task RefreshWanted => Volatile.Read(ref _refreshWanted).Task;

    /// <summary>Takes note of a probe's outcome.</summary>
    public void Report(Observation observation)
    {
        lock (_lock)
        {
            _seen[observation.Endpoint] = observation;
            var before = _current;
            Observation[] seen = [.. nodes.Endpoints.Select(node => _seen.GetValueOrDefault(node) ?? Observation.NotYet(node))];
            var next = TopologyRules.Next(before, seen, options.Value.MaxReplicaLag);
            Volatile.Write(ref _current, next);
            _dismissals.Follow(next);
            _readableAt = next.IsReadable || before.IsReadable ? clock.GetTimestamp() : _readableAt;
            LogIfNew(next);
            if (!next.HasSameRolesAs(before))
            {
                Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
            }
        }
    }

    /// <summary>Cancelled when the node is of no more use for what it was chosen for, and another one is.</summary>
    public CancellationToken DismissalOf(NodeEndpoint node, bool writing) => _dismissals.Of(node, writing);

    /// <summary>Asks for probes at once: a statement has just met a node that is not what the topology says.</summary>
    public void RequestRefresh() => Interlocked.Exchange(ref _refreshWanted, NewSignal()).TrySetResult();

    /// <summary>Waits until <paramref name="choose"/> finds a node; null when the time is over.</summary>
    public async Task<NodeStatus?> WaitForAsync(Func<ClusterTopology, NodeStatus?> choose, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (choose(Current) is { } atOnce)
        {
            return atOnce;
        }

        var start = clock.GetTimestamp();
        Interlocked.Increment(ref _waiting);
        try
        {
            RequestRefresh();
            while (true)
            {
                var changed = Volatile.Read(ref _changed).Task; // before reading the topology, so that no change is missed
                var left = limit - clock.GetElapsedTime(start);
                var node = choose(Current);
                if (node is not null || left <= TimeSpan.Zero)
                {
                    return node;
                }

                await changed.WaitAsync(left, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private void LogIfNew(ClusterTopology topology)
    {
        if (_seen.Count == nodes.All.Length && (_logged is null || !topology.HasSameRolesAs(_logged)))
        {
            _logged = topology;
            LogChanged(
                topology.Primary?.Name ?? "none", string.Join(", ", topology.Replicas.Select(node => node.Name).DefaultIfEmpty("none")),
                topology.Epoch, topology.Summary);
        }
    }

    // Continuations must not run inside Report's lock.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(5001, LogLevel.Information, "MySQL topology: primary {Primary}, replicas {Replicas}, epoch {Epoch} ({Summary})")]
    private partial void LogChanged(string primary, string replicas, long epoch, string summary);
}
