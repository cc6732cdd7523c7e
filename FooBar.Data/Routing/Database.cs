using System.Globalization;
using System.Runtime.ExceptionServices;
using FooBar.Data.Topology;
using Microsoft.Extensions.Options;

namespace FooBar.Data.Routing;

/// <summary>The product's database: opens sessions with the node that fits.</summary>
public sealed class Database
{
    /// <summary>The pause before a node that could not be connected to is tried again.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    private readonly DatabaseNodes _nodes;
    private readonly TopologyBoard _board;
    private readonly DataOptions _options;
    private readonly TimeProvider _clock;
    private uint _turn;

    internal Database(DatabaseNodes nodes, TopologyBoard board, IOptions<DataOptions> options, TimeProvider clock) =>
        (_nodes, _board, _options, _clock) = (nodes, board, options.Value, clock);

    /// <summary>Who may be asked for what, as of the last answers of the nodes.</summary>
    public ClusterTopology Topology => _board.Current;

    /// <summary>Opens a session for reading.</summary>
    /// <param name="copy">Which copy of the data the read accepts.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="NoReadableCopyException">There is no such copy, and none came within ReadWait.</exception>
    public async Task<ReadSession> OpenAsync(ReadFrom copy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(copy);
        var (node, connection) = await OpenCopyAsync(copy, failed: null, cancellationToken);
        return new ReadSession(this, copy, node, connection, _options.StatementTimeLimit);
    }

    /// <summary>Opens a session with the primary; while there is none, waits for one.</summary>
    /// <exception cref="NoPrimaryException">There is no primary, and none came within WriteWait.</exception>
    public Task<WriteSession> OpenForWriteAsync(CancellationToken cancellationToken) =>
        OpenForWriteAsync(_options.WriteWait, cancellationToken);

    /// <summary>
    /// Carries out a write that may be repeated, one that names its own keys: when the primary goes away or is fenced
    /// meanwhile, it is begun again on the next one, for as long as WriteWait.
    /// </summary>
    /// <exception cref="NoPrimaryException">Nothing has been written.</exception>
    /// <exception cref="OutcomeUnknownException">The primary went away before it answered, and no other came.</exception>
    public async Task<T> WriteAsync<T>(Func<WriteSession, Task<T>> repeatable, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repeatable);
        var start = _clock.GetTimestamp();
        OutcomeUnknownException? unknown = null;
        while (true)
        {
            try
            {
                await using var session = await OpenForWriteAsync(Left(), cancellationToken);
                return await repeatable(session);
            }
            catch (DatabaseUnavailableException e)
            {
                // What an earlier attempt may have written, no later refusal makes known.
                unknown ??= e as OutcomeUnknownException;
                if (Left() <= TimeSpan.Zero)
                {
                    ExceptionDispatchInfo.Throw(unknown ?? e);
                }
            }

            await Task.Delay(RetryPause, _clock, cancellationToken);
        }

        TimeSpan Left() => _options.WriteWait - _clock.GetElapsedTime(start);
    }

    internal Task<(NodeStatus Node, NodeConnection Connection)> OpenCopyAsync(ReadFrom copy, NodeEndpoint? failed, CancellationToken cancellationToken)
    {
        var turn = Interlocked.Increment(ref _turn);
        return OpenOnAsync(
            (topology, unusable) => Route.ForReading(topology, copy, turn, unusable), failed, _options.ReadWait,
            (reason, cause) => new NoReadableCopyException($"No copy to read within {Seconds(_options.ReadWait)}: {reason}.", cause), cancellationToken);
    }

    private async Task<WriteSession> OpenForWriteAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        var (node, connection) = await OpenOnAsync(
            (topology, _) => Route.ForWriting(topology), failed: null, wait,
            (reason, cause) => new NoPrimaryException($"No primary within {Seconds(_options.WriteWait)}: {reason}.", cause), cancellationToken);
        return new WriteSession(this, node, connection, _options.StatementTimeLimit);
    }

    internal bool IsUsable(NodeEndpoint endpoint) =>
        _board.Current.Nodes.Any(node => node.Endpoint == endpoint && node.Role != NodeRole.Unusable);

    /// <summary>A statement has met a node that is not what the topology says.</summary>
    internal void Suspect() => _board.RequestRefresh();

    private async Task<(NodeStatus Node, NodeConnection Connection)> OpenOnAsync(
        Func<ClusterTopology, NodeEndpoint?, NodeStatus?> choose, NodeEndpoint? failed, TimeSpan wait,
        Func<string, Exception?, Exception> unavailable, CancellationToken cancellationToken)
    {
        var start = _clock.GetTimestamp();
        while (true)
        {
            // Another copy at once, else the first that comes: it may be the one that failed, recovered.
            var node = choose(_board.Current, failed)
                ?? await _board.WaitForAsync(topology => choose(topology, null), wait - _clock.GetElapsedTime(start), cancellationToken)
                ?? throw unavailable(_board.Current.Summary, null);
            try
            {
                return (node, await NodeConnection.OpenAsync(_nodes[node.Endpoint], _options.OpenTimeLimit, _clock, cancellationToken));
            }
            catch (Exception e) when (MySqlFailure.IsConnection(e) && !cancellationToken.IsCancellationRequested)
            {
                Suspect();
                if (_clock.GetElapsedTime(start) >= wait)
                {
                    throw unavailable($"{node.Name} cannot be connected to ({e.Message})", e);
                }
            }

            failed = node.Endpoint;
            await Task.Delay(RetryPause, _clock, cancellationToken);
        }
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
}
