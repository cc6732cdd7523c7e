using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;

namespace FooBar.Failover;

/// <summary>The latest cycle, for the API and the health check.</summary>
internal sealed class ClusterStatus
{
    private readonly Lock gate = new();
    private Snapshot? latest;

    public Snapshot? Latest
    {
        get
        {
            lock (gate)
            {
                return latest;
            }
        }
    }

    /// <returns>Whether the decision differs from the one before.</returns>
    public bool Report(ClusterView seen, JournalEntry journal, Decision decision)
    {
        lock (gate)
        {
            var changed = latest?.Decision != decision;
            latest = new Snapshot(seen, journal, decision, changed ? seen.At : latest!.Since, changed ? null : latest!.Failure);
            return changed;
        }
    }

    /// <returns>Whether the failure differs from the one before.</returns>
    public bool ReportFailure(string failure)
    {
        lock (gate)
        {
            var changed = latest?.Failure != failure;
            latest = latest is null ? null : latest with { Failure = failure };
            return changed;
        }
    }

    /// <param name="Seen">What was observed.</param>
    /// <param name="Journal">What the journal said then.</param>
    /// <param name="Decision">What was decided.</param>
    /// <param name="Since">Since when it is decided so.</param>
    /// <param name="Failure">Why carrying it out failed the last time; null when it did not.</param>
    public sealed record Snapshot(ClusterView Seen, JournalEntry Journal, Decision Decision, DateTimeOffset Since, string? Failure);
}
