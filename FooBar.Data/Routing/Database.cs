using System.Globalization;
using System.Runtime.ExceptionServices;
using FooBar.Data.Consistency;
using FooBar.Data.Idempotency;
using FooBar.Data.Topology;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FooBar.Data.Routing;

/// <summary>The product's database: opens sessions with the node that fits.</summary>
public sealed class Database
{
    private readonly TopologyBoard _board;
    private readonly NodeOpener _opener;
    private readonly CopyWithWrite _copyWithWrite;
    private readonly KeyedWrite _keyedWrite;
    private uint _turn;

    internal Database(DatabaseNodes nodes, TopologyBoard board, IOptions<DataOptions> options, TimeProvider clock, ILogger<KeyedWrite> logger)
    {
        (_board, Options, Clock) = (board, options.Value, clock);
        _opener = new(nodes, board, options, clock);
        _copyWithWrite = new(_opener, board, options, clock);
        _keyedWrite = new(this, logger);
    }

    /// <summary>Who may be asked for what, as of the last answers of the nodes.</summary>
    public ClusterTopology Topology => _board.Current;

    internal DataOptions Options { get; }

    internal TimeProvider Clock { get; }

    /// <summary>Opens a session for reading.</summary>
    /// <param name="copy">Which copy of the data the read accepts.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="NoReadableCopyException">There is no such copy, and none came within ReadWait.</exception>
    public async Task<ReadSession> OpenAsync(ReadFrom copy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(copy);
        return new ReadSession(this, copy, await OpenCopyAsync(copy, failed: null, cancellationToken));
    }

    /// <summary>Opens a session with the primary; while there is none, waits for one.</summary>
    /// <exception cref="NoPrimaryException">There is no primary, and none came within WriteWait.</exception>
    public Task<WriteSession> OpenForWriteAsync(CancellationToken cancellationToken) => OpenForWriteAsync(Options.WriteWait, cancellationToken);

    /// <summary>
    /// Carries out a unit of work exactly once: its changes and the key are one transaction. Whoever brings the same key and the
    /// same request again gets the answer of the first time. While there is no primary the work waits; if the primary goes away
    /// meanwhile, even during the commit, it is settled on the next one, for as long as WriteWait.
    /// </summary>
    /// <param name="key">What makes this write and its repetitions one.</param>
    /// <param name="work">
    /// The statements; they run in a transaction that is begun and committed around them, possibly several times until one commits.
    /// What it returns is kept as JSON.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="NoPrimaryException">Nothing has been written.</exception>
    /// <exception cref="OutcomeUnknownException">It may or may not have been written; the same key will tell.</exception>
    /// <exception cref="KeyReusedException">The key belongs to another request; nothing has been written.</exception>
    public Task<Written<T>> WriteAsync<T>(IdempotencyKey key, Func<WriteSession, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(work);
        return _keyedWrite.RunAsync(key, work, cancellationToken);
    }

    /// <summary>
    /// Carries out a write that may be repeated without harm, one that names its own keys: when the primary goes away or is fenced
    /// meanwhile, it is begun again on the next one, for as long as WriteWait.
    /// </summary>
    /// <exception cref="NoPrimaryException">Nothing has been written.</exception>
    /// <exception cref="OutcomeUnknownException">The primary went away before it answered, and no other came.</exception>
    public async Task<T> WriteAsync<T>(Func<WriteSession, Task<T>> repeatable, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repeatable);
        var start = Clock.GetTimestamp();
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

            await Task.Delay(NodeOpener.RetryPause, Clock, cancellationToken);
        }

        TimeSpan Left() => Options.WriteWait - Clock.GetElapsedTime(start);
    }

    internal async Task<OpenedNode> OpenCopyAsync(ReadFrom copy, NodeEndpoint? failed, CancellationToken cancellationToken)
    {
        var turn = Interlocked.Increment(ref _turn);
        if (copy.Position is not { } write)
        {
            return await OpenAnyCopyAsync(copy, turn, failed, Options.ReadWait, cancellationToken);
        }

        // After waiting for so long an older answer that says so is worth more than none.
        return await _copyWithWrite.OpenAsync(write, turn, failed, cancellationToken)
            ?? await OpenAnyCopyAsync(copy, turn, failed, TimeSpan.Zero, cancellationToken) with { IsBehind = true };
    }

    internal async Task<WriteSession> OpenForWriteAsync(TimeSpan wait, CancellationToken cancellationToken) =>
        new(this, await _opener.OpenAsync(
            (topology, _) => Route.ForWriting(topology), writing: true, failed: null, wait,
            (reason, cause) => new NoPrimaryException($"No primary within {Seconds(Options.WriteWait)}: {reason}.", cause), cancellationToken));

    internal bool IsUsable(NodeEndpoint endpoint) =>
        _board.Current.Nodes.Any(node => node.Endpoint == endpoint && node.Role != NodeRole.Unusable);

    /// <summary>A statement has met a node that is not what the topology says.</summary>
    internal void Suspect() => _board.RequestRefresh();

    private Task<OpenedNode> OpenAnyCopyAsync(ReadFrom copy, uint turn, NodeEndpoint? failed, TimeSpan wait, CancellationToken cancellationToken) =>
        _opener.OpenAsync(
            (topology, unusable) => Route.ForReading(topology, copy, turn, unusable), writing: false, failed, wait,
            (reason, cause) => new NoReadableCopyException($"No copy to read within {Seconds(Options.ReadWait)}: {reason}.", cause), cancellationToken);

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
}
